"""From an update to its answer: kept, put in its lane, handled once, finished."""

from __future__ import annotations

from datetime import timedelta

from aiogram import Bot, Dispatcher
from aiogram.exceptions import TelegramForbiddenError
from aiogram.types import Update
from aiogram.utils.backoff import Backoff
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.bot import journal
from services.bot.inbox import Inbox
from services.bot.journal import Journal
from services.bot.lanes import Lanes, lane_of
from services.bot.telegram import BACKOFF
from shared.sealing import Seal
from shared.telemetry import logger, request_id

log = logger(__name__)


class Intake:
    """Takes updates as they come; answers them in order within each lane."""

    def __init__(self, bot: Bot, dispatcher: Dispatcher, redis: Redis, seal: Seal, ttl: timedelta) -> None:
        self._bot = bot
        self._dispatcher = dispatcher
        self._redis = redis
        self._seal = seal
        self._ttl = ttl
        self._inbox = Inbox(redis, seal, ttl)
        self._lanes = Lanes()

    async def take(self, update: Update) -> None:
        """Keep an update and answer it soon; returns as soon as it is safe. One that came before changes nothing."""
        if len(update.model_fields_set) > 1 and await self._inbox.accept(update):
            self._lanes.put(lane_of(update), lambda: self._answer(update))

    async def resume(self) -> None:
        """Answer what a bot that was stopped left behind."""
        for update in await self._inbox.unfinished(self._bot):
            self._lanes.put(lane_of(update), lambda update=update: self._answer(update))  # type: ignore[misc]

    async def close(self, grace: timedelta) -> None:
        await self._lanes.close(grace.total_seconds())

    async def _answer(self, update: Update) -> None:
        request_id.set(f"telegram-{update.update_id}")
        backoff = Backoff(BACKOFF)
        while True:
            try:
                await self._handle(update)
            except RedisError as error:
                log.warning("redis_unreachable", error=type(error).__name__, seconds=round(backoff.next_delay, 1))
                await backoff.asleep()
            else:
                return

    async def _handle(self, update: Update) -> None:
        notes = Journal(self._redis, self._seal, update.update_id, self._ttl)
        journal.current.set(notes)
        try:
            await self._dispatcher.feed_update(self._bot, update, journal=notes)
        except RedisError:
            raise
        except TelegramForbiddenError:
            log.info("tester_left", update_id=update.update_id)
        except Exception:
            log.exception("update_failed", update_id=update.update_id)
        await self._inbox.finish(update.update_id)
        await notes.close()
