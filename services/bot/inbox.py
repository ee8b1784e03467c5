"""Updates that Telegram has handed over: kept in Redis, sealed, until they are handled; known when they come again."""

from __future__ import annotations

from datetime import timedelta

from aiogram import Bot
from aiogram.types import Update
from redis.asyncio import Redis

from shared.sealing import Place, Seal

OPEN = "anselm:bot:open"
#: Known updates stay known; a new one is known and open from the same moment.
ACCEPT = """
if redis.call('SET', KEYS[1], '1', 'NX', 'EX', ARGV[3]) then
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
  return 1
end
return 0
"""


class Inbox:
    """An update is confirmed to Telegram only once it is in here, and leaves only once it is answered."""

    def __init__(self, redis: Redis, seal: Seal, ttl: timedelta) -> None:
        self._redis = redis
        self._seal = seal
        self._ttl = int(ttl.total_seconds())
        self._accept = redis.register_script(ACCEPT)

    async def accept(self, update: Update) -> bool:
        """Keep a new update; False for one that came before."""
        raw = self._seal.seal(update.model_dump_json(exclude_unset=True, by_alias=True), Place.INBOX)
        keys = [f"anselm:bot:seen:{update.update_id}", OPEN]
        return bool(await self._accept(keys=keys, args=[update.update_id, raw, self._ttl]))

    async def unfinished(self, bot: Bot) -> list[Update]:
        """What was accepted and never finished, oldest first: the work of a bot that was stopped.

        What cannot be opened is dropped.
        """
        opened = {
            number: self._seal.unseal(raw, Place.INBOX) for number, raw in (await self._redis.hgetall(OPEN)).items()
        }
        if lost := [number for number, text in opened.items() if text is None]:
            await self._redis.hdel(OPEN, *lost)
        found = [Update.model_validate_json(text, context={"bot": bot}) for text in opened.values() if text is not None]
        return sorted(found, key=lambda update: update.update_id)

    async def finish(self, update_id: int) -> None:
        await self._redis.hdel(OPEN, str(update_id))
