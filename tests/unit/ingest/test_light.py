from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CODE = """
import sys
from services.ingest import app, crew, importing, tasks
heavy = {"torch", "transformers", "numpy", "spacy", "axolotl"} & set(sys.modules)
sys.exit(f"imported: {sorted(heavy)}" if heavy else 0)
"""


def test_importing_and_cleaning_need_nothing_of_training_or_serving() -> None:
    checkout = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", CODE], cwd=checkout, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
