"""Write docs/reference from the code: `python docs/generate.py`; with `--check`, only say what is out of date."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from docs.generator import artifacts, commands, errors, http_api, metrics, settings  # noqa: E402

FOLDER = ROOT / "docs" / "reference"


def pages() -> dict[str, str]:
    """Text of every page by its file name."""
    return {
        name: text
        for kind in (settings, commands, http_api, artifacts, errors, metrics)
        for name, text in kind.pages().items()
    }


def outdated(wanted: dict[str, str]) -> list[str]:
    """Names of pages that are missing, differ, or describe what is gone."""
    there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    return sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))


def write(wanted: dict[str, str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    wanted = pages()
    stale = outdated(wanted)
    if "--check" in sys.argv[1:]:
        sys.exit(f"Out of date: {', '.join(stale)}. Run: make docs" if stale else 0)
    write(wanted)
    print(f"{len(wanted)} pages, {len(stale)} changed")
