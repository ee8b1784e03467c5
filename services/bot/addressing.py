"""Whom a message speaks to: in private always the bot; in a group only when it mentions or answers it."""

from __future__ import annotations

import re

from aiogram.types import Message


def is_private(message: Message) -> bool:
    return message.chat.type == "private"


def answers(message: Message, bot_id: int) -> bool:
    """Whether a message is a reply to one of the bot's."""
    replied = message.reply_to_message
    return replied is not None and replied.from_user is not None and replied.from_user.id == bot_id


def mention(username: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)@{re.escape(username)}\b", re.IGNORECASE)


def said_to_bot(message: Message, bot_id: int, username: str) -> str | None:
    """What a message says to the bot, without the mention; None when it speaks to others."""
    text = message.text or ""
    if is_private(message):
        return text
    mentioned = mention(username)
    if mentioned.search(text) or answers(message, bot_id):
        return mentioned.sub("", text).strip(" ,:\n") or None
    return None
