"""Answering button presses, also late and repeated ones."""

from __future__ import annotations

from collections.abc import Awaitable

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message


async def acknowledge(callback: CallbackQuery, text: str | None = None) -> None:
    """Stop the button's clock. After a restart Telegram may have stopped it already."""
    await _unless(callback.answer(text), "query is too old")


async def replace_text(callback: CallbackQuery, text: str) -> None:
    """Put the outcome where the question was, without its buttons; anew where the question cannot be edited."""
    if isinstance(callback.message, Message):
        await _unless(callback.message.edit_text(text), "message is not modified")
    elif callback.message is not None and callback.bot is not None:
        await callback.bot.send_message(callback.message.chat.id, text)


async def replace_keyboard(bot: Bot, chat_id: int, message_id: int, keyboard: InlineKeyboardMarkup) -> None:
    """Show other buttons under a message; under one that is gone there is nothing to show."""
    edit = bot.edit_message_reply_markup(chat_id=chat_id, message_id=message_id, reply_markup=keyboard)
    await _unless(edit, "message is not modified", "message to edit not found", "message can't be edited")


async def _unless(call: Awaitable[object], *harmless: str) -> None:
    try:
        await call
    except TelegramBadRequest as error:
        if not any(reason in error.message for reason in harmless):
            raise
