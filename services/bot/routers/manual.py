"""/help."""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import Message

from services.bot import texts
from services.bot.settings import BotSettings


async def help_(message: Message, settings: BotSettings) -> None:
    await message.answer(texts.help_(settings.owner))


def make_router() -> Router:
    router = Router(name="help")
    router.message.register(help_, Command("help"))
    return router
