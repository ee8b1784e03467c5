"""The secrets that only this installation knows: one file each, which only this user may read."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

#: What is made, and what it protects. Each is a setting of the same name.
GENERATED = {
    "service_token": "calls between services",
    "postgres_password": "the database",
    "redis_password": "the queue",
}


def create(folder: Path, *, given: Mapping[str, str] | None = None, mode: int = 0o600) -> list[str]:
    """Make every secret that does not exist yet; those that do are never changed.

    Args:
        given: secrets that cannot be made, such as a token from Telegram; they are written where they are new.
        mode: permissions of the files; the folder is closed to others in any case.

    Returns:
        The names of the new ones.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    values = {**{name: secrets.token_urlsafe(32) for name in GENERATED}, **(given or {})}
    new = [name for name, value in values.items() if not _holds(folder / name, value)]
    for name in new:
        scratch = folder / f".{name}.new"
        scratch.touch(mode=mode)
        scratch.chmod(mode)
        scratch.write_text(values[name])
        scratch.rename(folder / name)
    return new


def _holds(file: Path, value: str) -> bool:
    """Is there a secret already, or an empty file where none is to be?"""
    return file.exists() and (file.stat().st_size > 0 or not value)
