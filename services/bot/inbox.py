"""Updates that Telegram has handed over: kept in Redis until they are handled, recognised when they come again."""

from __future__ import annotations

from datetime import timedelta

from aiogram import Bot
from aiogram.types import Update
from redis.asyncio import Redis

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

    def __init__(self, redis: Redis, ttl: timedelta) -> None:
        self._redis = redis
        self._ttl = int(ttl.total_seconds())
        self._accept = redis.register_script(ACCEPT)

    async def accept(self, update: Update) -> bool:
        """Keep a new update; False for one that came before."""
        raw = update.model_dump_json(exclude_unset=True, by_alias=True)
        keys = [f"anselm:bot:seen:{update.update_id}", OPEN]
        return bool(await self._accept(keys=keys, args=[update.update_id, raw, self._ttl]))

    async def unfinished(self, bot: Bot) -> list[Update]:
        """What was accepted and never finished, oldest first: the work of a bot that was stopped."""
        raw = await self._redis.hgetall(OPEN)
        updates = [Update.model_validate_json(value, context={"bot": bot}) for value in raw.values()]
        return sorted(updates, key=lambda update: update.update_id)

    async def finish(self, update_id: int) -> None:
        await self._redis.hdel(OPEN, str(update_id))
