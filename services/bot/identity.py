"""Names of testers and conversations as the other services know them."""

from __future__ import annotations

from aiogram.types import Chat, User


def person_of(user: User) -> str:
    return f"telegram-{user.id}"


def conversation_of(chat: Chat) -> str:
    return f"telegram-{chat.id}"
