"""Long polling: updates are fetched, put away safely, and only then confirmed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from aiogram import Bot
from aiogram.exceptions import ClientDecodeError
from aiogram.types import Update
from aiogram.utils.backoff import Backoff
from pydantic import ValidationError

from services.bot.telegram import BACKOFF
from shared.telemetry import logger

log = logger(__name__)

#: Seconds that a getUpdates may take longer than asked, on a slow line.
SLACK = 15


async def poll(bot: Bot, take: Callable[[Update], Awaitable[None]], allowed: list[str], timeout: timedelta) -> None:
    """Hand every update to ``take``, for ever. One that ``take`` could not keep is fetched again.

    The offset of the next call confirms an update, so it moves only after ``take`` has returned.
    """
    offset = 0

    async def round_() -> None:
        nonlocal offset
        for update in await _fetch(bot, offset, allowed, int(timeout.total_seconds())):
            await take(update)
            offset = update.update_id + 1

    while True:
        await insist(round_)


async def insist(call: Callable[[], Awaitable[object]]) -> None:
    """Call until it succeeds, waiting longer each time, at most half a minute."""
    backoff = Backoff(BACKOFF)
    while True:
        try:
            await call()
        except Exception as error:
            log.warning("polling_failed", seconds=round(backoff.next_delay, 1), exc_info=error)
            await backoff.asleep()
        else:
            return


async def _fetch(bot: Bot, offset: int, allowed: list[str], timeout: int) -> list[Update]:
    try:
        return await bot.get_updates(
            offset=offset, allowed_updates=allowed, timeout=timeout, request_timeout=timeout + SLACK
        )
    except ClientDecodeError as error:
        if not isinstance(error.data, dict):
            raise
        return [_read(bot, raw) for raw in error.data["result"]]


def _read(bot: Bot, raw: dict[str, Any]) -> Update:
    """An update that the library cannot read becomes an empty one: passed over, or it would come back for ever."""
    try:
        return Update.model_validate(raw, context={"bot": bot})
    except ValidationError:
        log.warning("update_unreadable", update_id=raw["update_id"])
        return Update(update_id=raw["update_id"])
