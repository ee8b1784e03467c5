"""What went wrong in a handler: an apology without details to the tester, the rest to the log."""

from __future__ import annotations

from aiogram import Router
from aiogram.exceptions import TelegramForbiddenError
from aiogram.types import ErrorEvent
from redis.exceptions import RedisError

from services.bot import texts
from services.bot.callbacks import acknowledge
from shared.telemetry import logger

log = logger(__name__)


def is_ours(event: ErrorEvent) -> bool:
    """Redis coming back, or a tester who left, is not something to apologise for."""
    return not isinstance(event.exception, RedisError | TelegramForbiddenError)


async def apologise(event: ErrorEvent) -> None:
    update = event.update
    log.error("handler_failed", update_id=update.update_id, exc_info=event.exception)
    if update.message is not None:
        await update.message.answer(texts.APOLOGY)
    elif update.callback_query is not None:
        await acknowledge(update.callback_query, texts.APOLOGY)


def make_router() -> Router:
    router = Router(name="errors")
    router.errors.register(apologise, is_ours)
    return router
