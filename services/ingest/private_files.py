"""Files that only their owner may read, written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def write_new(file: Path, content: bytes) -> None:
    """Write a file that is not there yet, onto the disk."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def replace(file: Path, content: bytes) -> None:
    """Put a new content in a file's place: after a crash at any point it is the old one or the new one.

    One process a time may do so.
    """
    scratch = file.with_name(f".{file.name}.new")
    scratch.unlink(missing_ok=True)
    write_new(scratch, content)
    scratch.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
