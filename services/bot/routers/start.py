"""/start: who this is, and what is stored."""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import CommandStart
from aiogram.types import Message

from services.bot import texts
from services.bot.disclosure import Conversations
from services.bot.settings import BotSettings


async def start(message: Message, settings: BotSettings, conversations: Conversations) -> None:
    await message.answer(texts.start(settings.owner))
    await conversations.go_on(message.chat.id)


def make_router() -> Router:
    router = Router(name="start")
    router.message.register(start, CommandStart())
    return router
