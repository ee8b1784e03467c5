"""One stack for a whole module of tests: starting it takes half a minute."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.stack import Stack, running


@pytest.fixture(scope="session")
def tiny_model(public_folder: Path) -> Path:
    folder = public_folder / "tiny-model"
    subprocess.run([sys.executable, "-m", "tests.peers.tiny_model", str(folder)], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def stack(public_folder: Path, tiny_model: Path) -> Iterator[Stack]:
    with running(public_folder / "home", tiny_model) as stack:
        yield stack
