"""A limit for each tester: what is over it is not answered, which is said once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware
from aiogram.types import Message, TelegramObject
from redis.asyncio import Redis

from services.bot import texts
from shared.sealing import Seal
from shared.telemetry import logger

log = logger(__name__)

WINDOW = 60


class Throttle(BaseMiddleware):
    """Counts a tester's messages by the minute in which they were sent, not in which their turn came:
    a backlog after an outage is no flood."""

    def __init__(self, redis: Redis, seal: Seal, limit: int) -> None:
        self._redis = redis
        self._seal = seal
        self._limit = limit

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        assert isinstance(event, Message)
        count = await self._count(event)
        if count <= self._limit:
            return await handler(event, data)
        if count == self._limit + 1:
            log.info("throttled")
            await event.answer(texts.SLOW_DOWN)
        return None

    async def _count(self, message: Message) -> int:
        tester = message.from_user.id if message.from_user else message.chat.id
        key = f"anselm:bot:sent-in:{self._seal.name(tester)}:{int(message.date.timestamp()) // WINDOW}"
        async with self._redis.pipeline() as pipe:
            pipe.sadd(key, message.message_id)
            pipe.expire(key, 2 * WINDOW)
            pipe.scard(key)
            *_, count = await pipe.execute()
        return int(count)
