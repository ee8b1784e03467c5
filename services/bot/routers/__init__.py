"""One router a feature. The first whose filter fits handles an update."""

from __future__ import annotations

from aiogram import Dispatcher

from services.bot.routers import chat, errors, feedback, forgetting, manual, mydata, other, privacy, rewrite, start
from services.bot.throttle import Throttle


def include_all(dispatcher: Dispatcher, throttle: Throttle) -> None:
    """Commands come before talk, and what nobody took comes last."""
    dispatcher.include_routers(
        start.make_router(),
        manual.make_router(),
        privacy.make_router(),
        mydata.make_router(),
        forgetting.make_router(),
        rewrite.make_router(),
        feedback.make_router(),
        chat.make_router(throttle),
        other.make_router(),
        errors.make_router(),
    )
