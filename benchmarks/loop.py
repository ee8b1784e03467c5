"""How long is it from a bare clone to a persona, and how near is it? ``python -m benchmarks.loop`` (about 25 minutes).

Clones the committed tree to a scratch folder and runs ``make demo`` there twice as a stranger would: cold, with no
virtual environment, no state and an empty home (`UV_CACHE_DIR` may point at a package cache); then warm, with the
environment standing and again no state. The figures are those that the demo measures itself, in ``demo.json``.
The reference for the style figures is the untuned base model with a good prompt, measured in the same run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
LIMIT_S = 30 * 60
#: Beside a stack that may run on the default ports.
PORT_BASE = "18100"


@dataclass(frozen=True)
class Demo:
    """One run: wall-clock seconds of the whole command, and what it kept of itself."""

    seconds: float
    kept: dict[str, Any]


def main() -> None:
    scratch = Path(tempfile.mkdtemp(prefix="anselm-bench-", dir="/var/tmp"))
    scratch.chmod(0o755)
    try:
        clone = scratch / "anselm"
        subprocess.run(["git", "clone", "--quiet", str(CHECKOUT), str(clone)], check=True)
        cold = _demo(clone, scratch / "cold")
        warm = _demo(clone, scratch / "warm")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print(json.dumps({"bench": "loop", "figures": _figures(cold, warm)}))


def _demo(clone: Path, home: Path) -> Demo:
    """Run `make demo` with state and home of its own; its output goes to standard error."""
    home.mkdir(mode=0o755)
    own = {"HOME": str(home), "ANSELM_HOME": str(home / "state"), "ANSELM_PORT_BASE": PORT_BASE}
    environment = {key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "PYTHONPATH")} | own
    began = time.monotonic()
    subprocess.run(["make", "demo"], cwd=clone, env=environment, stdout=sys.stderr, check=True, timeout=LIMIT_S)
    return Demo(time.monotonic() - began, json.loads((home / "state" / "demo.json").read_text()))


def _figures(cold: Demo, warm: Demo) -> dict[str, float]:
    style = cold.kept["style"]
    adapters = [name for name in style if name not in ("base", "owner")]
    return {
        "demo_cold_s": round(cold.seconds, 1),
        "demo_warm_s": round(warm.seconds, 1),
        "peak_gib": max(cold.kept["peak_gib"], warm.kept["peak_gib"]),
        "style_auc_base": round(style["base"]["auc"], 3),
        "style_auc_persona": round(style[adapters[-1]]["auc"], 3),
        "style_score_base": round(style["base"]["style_score"], 3),
        "style_score_persona": round(style[adapters[-1]]["style_score"], 3),
        "style_score_owner": round(style["owner"]["style_score"], 3),
        "first_reply_s": cold.kept["first_reply_s"],
    }


if __name__ == "__main__":
    main()
