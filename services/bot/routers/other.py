"""What is neither a command nor talk: stickers, voice notes, photos, commands of other bots."""

from __future__ import annotations

from aiogram import Bot, F, Router
from aiogram.enums import ContentType
from aiogram.types import Message

from services.bot import texts
from services.bot.addressing import answers, is_private

CONTENT = frozenset(
    {
        ContentType.ANIMATION,
        ContentType.AUDIO,
        ContentType.CONTACT,
        ContentType.DICE,
        ContentType.DOCUMENT,
        ContentType.LOCATION,
        ContentType.PHOTO,
        ContentType.POLL,
        ContentType.STICKER,
        ContentType.STORY,
        ContentType.VENUE,
        ContentType.VIDEO,
        ContentType.VIDEO_NOTE,
        ContentType.VOICE,
    }
)


async def no_text(message: Message, bot: Bot) -> None:
    if is_private(message) or answers(message, bot.id):
        await message.answer(texts.ONLY_TEXT)


async def unknown_command(message: Message) -> None:
    await message.answer(texts.UNKNOWN_COMMAND)


def make_router() -> Router:
    router = Router(name="other")
    router.message.register(no_text, F.content_type.in_(CONTENT))
    router.message.register(unknown_command, F.text.startswith("/"), is_private)
    return router
