"""Looks for marks wherever something could be read later: logs, metrics, keys and values of Redis, its commands."""

from __future__ import annotations

import base64
import binascii
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from redis import Redis
from redis.exceptions import RedisError

BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")


def readable(content: str, depth: int = 3) -> Iterator[str]:
    """A content as it is, and what is only wrapped in it: base64, escapes of JSON and URLs. A seal stays shut."""
    yield content
    yield unquote(content)
    yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), content)
    if depth:
        for run in set(BASE64.findall(content)):
            try:
                raw = base64.b64decode(run + "=" * (-len(run) % 4), altchars=b"-_" if set(run) & set("-_") else None)
            except binascii.Error:
                continue
            yield from readable(raw.decode("latin-1"), depth - 1)


def find(marks: Mapping[str, str], content: str) -> set[str]:
    """Which of the marks can be read there."""
    variants = [text.lower() for text in readable(content)]
    return {what for what, mark in marks.items() if any(mark.lower() in text for text in variants)}


@dataclass
class Watch:
    """Everything that could be read so far, by where it was."""

    redis: Redis
    logs: Path
    seen: dict[str, set[str]] = field(default_factory=dict)

    def note(self, where: str, content: str) -> None:
        self.seen.setdefault(where, set()).add(content)

    def keyspace(self, when: str) -> None:
        """Every key and value, now. Redis is busy meanwhile: what is gone when its turn comes was in its commands."""
        for key in self.redis.scan_iter(count=1000):
            self.note(f"redis: {when}", f"{key!r} {_value(self.redis, key)!r}")

    @contextmanager
    def commands(self) -> Iterator[None]:
        """Every command that anybody sends, and so every value that is there for a moment only."""
        with Redis.from_url(_url(self.redis), decode_responses=False) as client, client.monitor() as monitor:
            watching = threading.Thread(target=self._listen, args=(monitor,), daemon=True)
            watching.start()
            try:
                yield
            finally:
                self.redis.echo("the end")
                watching.join(10)

    def _listen(self, monitor: object) -> None:
        for command in monitor.listen():  # type: ignore[attr-defined]
            if "the end" in command["command"]:
                return
            self.note("redis: commands", command["command"].replace("\\", ""))

    def found(self, marks: Mapping[str, str]) -> dict[str, set[str]]:
        """Where marks are: nowhere, if all is well."""
        places = {where: "\n".join(contents) for where, contents in self.seen.items()}
        places |= {f"log: {file.name}": file.read_text(errors="replace") for file in self.logs.iterdir()}
        return {where: marked for where, content in places.items() if (marked := find(marks, content))}


def _value(redis: Redis, key: bytes) -> object:
    try:
        match redis.type(key):
            case b"string":
                return redis.get(key)
            case b"list":
                return redis.lrange(key, 0, -1)
            case b"hash":
                return redis.hgetall(key)
            case b"set":
                return redis.smembers(key)
            case b"zset":
                return redis.zrange(key, 0, -1)
            case kind:
                return kind
    except RedisError as error:  # it became something else in between
        return type(error).__name__


def _url(redis: Redis) -> str:
    given = redis.connection_pool.connection_kwargs
    return f"redis://:{given['password']}@{given['host']}:{given['port']}/{given['db']}"


def lines(log: Path) -> list[dict[str, object]]:
    """The structured lines of a log."""
    return [json.loads(line) for line in log.read_text(errors="replace").splitlines() if line.startswith("{")]
