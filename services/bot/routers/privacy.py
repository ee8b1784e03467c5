"""/privacy, which Telegram requires of every bot."""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import Message

from services.bot import texts
from services.bot.settings import BotSettings


async def privacy(message: Message, settings: BotSettings) -> None:
    await message.answer(
        texts.privacy(settings.owner, settings.bot_reply_ttl, settings.keep_turns, settings.keep_feedback)
    )


def make_router() -> Router:
    router = Router(name="privacy")
    router.message.register(privacy, Command("privacy"))
    return router
