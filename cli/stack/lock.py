"""One stack a home: a lock that the kernel gives back however its holder ends."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.errors import Conflict


@contextmanager
def hold(home: Path) -> Iterator[None]:
    """Hold the home until the block, or this process, ends.

    Raises:
        Conflict: a stack runs there.
    """
    file = home / "run" / "lock"
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with file.open("a") as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            hint = "See it with: anselm status; stop it with: anselm down"
            raise Conflict(f"The stack in {home} runs already.", hint=hint) from error
        yield


def is_held(home: Path) -> bool:
    if not (home / "run" / "lock").exists():
        return False
    try:
        with hold(home):
            return False
    except Conflict:
        return True
