"""Who uses the key file: many at once, or a rotation that adds a key. The system drops the locks of a dead process."""

from __future__ import annotations

import asyncio
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.errors import Unavailable

#: How long to look for a gap between requests, and how often, in seconds.
PATIENCE, EVERY = 2.0, 0.005


@contextmanager
def in_use(file: Path) -> Iterator[None]:
    """Nobody adds a key meanwhile."""
    with _locked(file, fcntl.LOCK_SH):
        yield


async def when_unused(file: Path, work: Callable[[], None]) -> None:
    """Do something short while nobody uses the keys; requests end soon, and leave a gap.

    Raises:
        Unavailable: somebody uses them for longer, as an import does.
    """
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with _locked(file, fcntl.LOCK_EX | fcntl.LOCK_NB):
                return work()
        except BlockingIOError as error:
            if time.monotonic() > until:
                raise Unavailable("Work that began with the key as it is still runs.") from error
        await asyncio.sleep(EVERY)


@contextmanager
def _locked(file: Path, how: int) -> Iterator[None]:
    """The lock is the folder's, since the file is replaced."""
    descriptor = os.open(file.parent, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)
