"""Traces in Redis: replies that a bot shows, updates and counters of a tester, progress, and work that still waits.

Texts there are sealed, and are opened to be searched. What cannot be opened goes as well, since it may be theirs.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError

from services.ingest.forgetting.subjects import Subject
from services.ingest.forgetting.withdrawing import Withdrawal
from shared.contracts.base import Removed
from shared.contracts.forgetting import SubjectKind
from shared.errors import Unavailable
from shared.sealing import Seal

if TYPE_CHECKING:
    from services.ingest.forgetting.outbox import Order

#: A number of fewer digits may be anything; it is looked for only where an id stands.
DIGITS = 6
TELEGRAM = re.compile(r"telegram-(-?\d+)")
#: The update by which a tester asks to be forgotten: the bot finishes it, and removes it itself.
ASKING = re.compile(r'"data":\s*"forget:')
#: A bot's updates that are not answered yet, and what it noted while it answered one.
OPEN, JOURNAL = "anselm:bot:open", "anselm:bot:journal:"
#: How the keys of what is sealed begin.
SEALED = (OPEN, JOURNAL, "anselm:bot:shown:", "anselm:job:")


@dataclass(frozen=True)
class Needles:
    """What gives a subject away in Redis."""

    texts: tuple[str, ...]
    numbers: tuple[str, ...]
    seal: Seal

    @classmethod
    def of(cls, subject: Subject, seal: Seal) -> Needles:
        numbers = [str(chat) for chat in subject.chats]
        if found := TELEGRAM.fullmatch(subject.name):
            numbers.append(found[1])
        texts = [] if subject.kind is SubjectKind.CHAT else [subject.name]
        return cls((*texts, *subject.called), tuple(numbers), seal)

    @property
    def anywhere(self) -> re.Pattern[str]:
        long = [number for number in self.numbers if len(number) >= DIGITS]
        words = [rf"(?<!\w){re.escape(one)}(?!\w)" for one in (*self.texts, *long)]
        ids = [rf'"(?:id|chat|chat_id)":\s*"?{re.escape(one)}(?!\w)' for one in self.numbers]
        return re.compile("|".join([*words, *ids]) or r"(?!)")

    def in_key(self, key: str) -> bool:
        told = {*self.numbers, *self.texts, *map(self.seal.name, (*self.numbers, *self.texts))}
        return not told.isdisjoint(key.split(":"))

    def in_text(self, text: str) -> bool:
        return not ASKING.search(text) and bool(self.anywhere.search(text))


def opened(seal: Seal, key: str, value: str) -> str | None:
    """What a value says; none where it is sealed and cannot be opened."""
    return seal.unseal_any(value) if key.startswith(SEALED) else value + _arguments(seal, value)


def _arguments(seal: Seal, value: str) -> str:
    """What Celery wrapped in a value, sealed and in base64; nothing where that cannot be opened, or is no message."""
    try:
        message = json.loads(value)
        message = message[0] if isinstance(message, list) else message
        body = base64.b64decode(message["body"], validate=True).decode()
    except (ValueError, KeyError, TypeError, IndexError):
        return ""
    return seal.unseal_any(body) or ""


@dataclass(frozen=True)
class Entry:
    """A value in Redis: a string, an element of a list or a set, or what stands in a field of a hash.

    Attributes:
        text: what it says; none where it is sealed and cannot be opened.
    """

    key: str
    kind: str
    field: str
    text: str | None


async def entries(redis: Any, seal: Seal) -> AsyncIterator[Entry]:
    """Everything that is there."""
    async for raw in redis.scan_iter(count=500):
        key, kind = _text(raw), (await redis.type(raw)).decode()
        for field, value in await _values(redis, raw, kind):
            yield Entry(key, kind, _text(field), opened(seal, key, _text(value)))


class RedisTraces:
    """Raises ``Unavailable`` where Redis does not answer."""

    async def count(self, withdrawal: Withdrawal, order: Order) -> tuple[list[Removed], list[str]]:
        found = [entry for entry in await _matching(withdrawal, order) if entry.text is not None]
        return [Removed(service="redis", what="entries", count=len(found))], []

    async def remove(self, withdrawal: Withdrawal, order: Order) -> None:
        for entry in await _matching(withdrawal, order):
            await _remove(withdrawal.redis, entry)


async def _matching(withdrawal: Withdrawal, order: Order) -> list[Entry]:
    assert order.subject is not None
    seal = Seal.of(withdrawal.settings)
    needles = Needles.of(order.subject, seal)
    try:
        return [
            entry
            async for entry in entries(withdrawal.redis, seal)
            if entry.text is None or needles.in_key(entry.key) or needles.in_text(entry.text)
        ]
    except RedisError as error:
        raise Unavailable("Redis does not answer.", hint="Check REDIS_URL and that Valkey runs.") from error


async def _remove(redis: Any, entry: Entry) -> None:
    key, field = _bytes(entry.key), _bytes(entry.field)
    try:
        if entry.kind == "string":
            await redis.delete(key)
        elif entry.kind == "hash":
            await redis.hdel(key, field)
            if entry.key == OPEN:
                await redis.delete(_bytes(JOURNAL) + field)
        elif entry.kind == "list":
            await redis.lrem(key, 0, field)
        else:
            await (redis.srem if entry.kind == "set" else redis.zrem)(key, field)
    except RedisError as error:
        raise Unavailable("Redis does not answer.", hint="Check REDIS_URL and that Valkey runs.") from error


async def _values(redis: Any, key: bytes, kind: str) -> list[tuple[bytes, bytes]]:
    if kind == "hash":
        return list((await redis.hgetall(key)).items())
    reads = {
        "string": lambda: redis.mget(key),
        "list": lambda: redis.lrange(key, 0, -1),
        "set": lambda: redis.smembers(key),
        "zset": lambda: redis.zrange(key, 0, -1),
    }
    return [(value, value) for value in await reads[kind]() if value is not None] if kind in reads else []


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
