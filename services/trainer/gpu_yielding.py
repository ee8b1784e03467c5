"""Asking the model server for the GPU: a lock on a file that both see. ``ops/vllm/yield_gpu.py`` runs the model server
only while nobody has the lock, which the kernel takes back from a process that dies."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def wanted(file: Path) -> Iterator[None]:
    """Say, for as long as this lasts, that the GPU is wanted; several may at once."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as opened:
        fcntl.flock(opened, fcntl.LOCK_SH)
        yield
