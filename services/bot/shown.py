"""Replies under which a verdict can be given: kept in Redis, sealed, so that buttons outlive a restart of the bot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta

from pydantic import BaseModel
from redis.asyncio import Redis

from shared.contracts.feedback import Reply
from shared.sealing import Place, Seal

PREFIX = "anselm:bot:shown:"


class Shown(BaseModel):
    """A reply as a tester saw it. ``keyboard`` is the id of its last bubble, which has the buttons."""

    reply: Reply
    person: str
    keyboard: int


class ShownReplies:
    """By chat and message; each bubble of a reply leads to it, since a tester may react to any."""

    def __init__(self, redis: Redis, seal: Seal, ttl: timedelta) -> None:
        self._redis = redis
        self._seal = seal
        self._ttl = ttl

    async def put(self, chat_id: int, message_ids: Iterable[int], shown: Shown) -> None:
        async with self._redis.pipeline() as pipe:
            for message_id in message_ids:
                sealed = self._seal.seal(shown.model_dump_json(), Place.SHOWN)
                pipe.set(self._key(chat_id, message_id), sealed, ex=self._ttl)
            await pipe.execute()

    async def get(self, chat_id: int, message_id: int) -> Shown | None:
        """The reply of a message. A quick tester presses before the bot has noted what it just sent: look again."""
        for wait in (0.0, 0.1, 0.4):
            await asyncio.sleep(wait)
            raw = await self._redis.get(self._key(chat_id, message_id))
            if raw is not None:
                return self._opened(raw)
        return None

    async def of(self, person: str) -> list[Shown]:
        """Every reply that was shown to a person, each once, oldest first."""
        found = {shown.keyboard: shown async for _, shown in self._all() if shown and shown.person == person}
        return [found[number] for number in sorted(found)]

    async def _all(self) -> AsyncIterator[tuple[str, Shown | None]]:
        async for key in self._redis.scan_iter(match=f"{PREFIX}*", count=500):
            raw = await self._redis.get(key)
            if raw is not None:
                yield key, self._opened(raw)

    def _opened(self, raw: str | bytes) -> Shown | None:
        text = self._seal.unseal(raw, Place.SHOWN)
        return Shown.model_validate_json(text) if text is not None else None

    def _key(self, chat_id: int, message_id: int) -> str:
        """A private chat has its tester's id: keys show a keyed name of it."""
        return f"{PREFIX}{self._seal.name(chat_id)}:{message_id}"
