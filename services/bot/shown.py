"""Replies under which a verdict can be given: kept in Redis, so that buttons outlive a restart of the bot."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import timedelta

from pydantic import BaseModel
from redis.asyncio import Redis

from shared.contracts.feedback import Reply


class Shown(BaseModel):
    """A reply as a tester saw it. ``keyboard`` is the id of its last bubble, which has the buttons."""

    reply: Reply
    person: str
    keyboard: int


class ShownReplies:
    """By chat and message; each bubble of a reply leads to it, since a tester may react to any."""

    def __init__(self, redis: Redis, ttl: timedelta) -> None:
        self._redis = redis
        self._ttl = ttl

    async def put(self, chat_id: int, message_ids: Iterable[int], shown: Shown) -> None:
        async with self._redis.pipeline() as pipe:
            for message_id in message_ids:
                pipe.set(_key(chat_id, message_id), shown.model_dump_json(), ex=self._ttl)
            await pipe.execute()

    async def get(self, chat_id: int, message_id: int) -> Shown | None:
        """The reply of a message. A quick tester presses before the bot has noted what it just sent: look again."""
        for wait in (0.0, 0.1, 0.4):
            await asyncio.sleep(wait)
            raw = await self._redis.get(_key(chat_id, message_id))
            if raw is not None:
                return Shown.model_validate_json(raw)
        return None


def _key(chat_id: int | str, message_id: int | str) -> str:
    return f"anselm:bot:shown:{chat_id}:{message_id}"
