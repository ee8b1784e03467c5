"""The secrets that only this installation knows: one file each, which only this user may read."""

from __future__ import annotations

import secrets
from pathlib import Path

#: What is made, and what it protects. Each is a setting of the same name.
GENERATED = {
    "service_token": "calls between services",
    "postgres_password": "the database",
    "redis_password": "the queue",
}


def create(folder: Path, *, mode: int = 0o600) -> list[str]:
    """Make every secret that does not exist yet; those that do are never changed.

    Returns:
        The names of the new ones.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = [name for name in GENERATED if not (folder / name).exists()]
    for name in new:
        scratch = folder / f".{name}.new"
        scratch.touch(mode=mode)
        scratch.chmod(mode)
        scratch.write_text(secrets.token_urlsafe(32))
        scratch.rename(folder / name)
    return new
