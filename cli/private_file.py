"""A file that only its owner may read, in its place only when it is whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from shared.errors import AnselmError, Conflict, StorageFull, disk_is_full


@contextmanager
def private_file(file: Path, *, force: bool) -> Iterator[BinaryIO]:
    """Write beside the file; when the block ends without an error, what was written takes its place.

    Raises:
        Conflict: the file is there already, and not ``force``.
        StorageFull: the disk is full.
        AnselmError: it cannot be written there.
    """
    scratch = file.with_name(f".{file.name}.part")
    try:
        _refuse(file, force)
        scratch.unlink(missing_ok=True)
        with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        _refuse(file, force)
        scratch.replace(file)
    except OSError as error:
        if disk_is_full(error):
            hint = "Free some space, then try again."
            raise StorageFull(f"The disk is full; {file} was not written.", hint=hint) from error
        raise AnselmError(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        scratch.unlink(missing_ok=True)


def _refuse(file: Path, force: bool) -> None:
    if file.exists() and not force:
        raise Conflict(f"{file} is there already.", hint="Overwrite it with --force.")
