"""When a conversation begins: at its first message, and after a long silence. Then the bot says what it is."""

from __future__ import annotations

from datetime import timedelta

from redis.asyncio import Redis

from shared.sealing import Seal


class Conversations:
    """Which conversations are under way, by chat; each message keeps one alive for ``silence`` more."""

    def __init__(self, redis: Redis, seal: Seal, silence: timedelta) -> None:
        self._redis = redis
        self._seal = seal
        self._silence = silence

    async def has_begun(self, chat_id: int) -> bool:
        return bool(await self._redis.exists(self._key(chat_id)))

    async def go_on(self, chat_id: int) -> None:
        """To be called once the disclosure was sent: should sending fail, the next message tries again."""
        await self._redis.set(self._key(chat_id), "1", ex=self._silence)

    async def forget(self, chat_id: int) -> None:
        await self._redis.delete(self._key(chat_id))

    def _key(self, chat_id: int) -> str:
        return f"anselm:bot:conversation:{self._seal.name(chat_id)}"
