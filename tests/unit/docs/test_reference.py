from __future__ import annotations

import subprocess
import sys

from tests.unit.docs.pages import ROOT


def test_the_committed_reference_is_what_the_code_says() -> None:
    check = [sys.executable, "docs/generate.py", "--check"]
    run = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
