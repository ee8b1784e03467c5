"""Sending a reply: in bubbles, with pauses in which the bot types, and the buttons under the last one."""

from __future__ import annotations

import asyncio

from aiogram import Bot
from aiogram.types import Message, ReplyParameters
from aiogram.utils.chat_action import ChatActionSender

from services.bot import bubbles, keyboards
from services.bot.asking import Answer
from services.bot.shown import Shown, ShownReplies


class Delivery:
    """Sends replies, and keeps what a verdict on them will need."""

    def __init__(self, shown: ShownReplies, *, pauses: bool) -> None:
        self._shown = shown
        self._pauses = pauses

    async def send(self, bot: Bot, message: Message, answer: Answer, person: str) -> None:
        """Answer a message; in a group the first bubble refers to it."""
        pieces = bubbles.split(answer.reply.text)
        sent: list[int] = []
        for piece in pieces:
            if sent and self._pauses:
                async with ChatActionSender.typing(message.chat.id, bot):
                    await asyncio.sleep(bubbles.pause(piece))
            last = len(sent) == len(pieces) - 1
            bubble = await message.answer(
                piece,
                reply_markup=keyboards.feedback() if last and not answer.guarded else None,
                reply_parameters=_reference(message) if not sent else None,
            )
            sent.append(bubble.message_id)
        if not answer.guarded:
            await self._shown.put(message.chat.id, sent, Shown(reply=answer.reply, person=person, keyboard=sent[-1]))


def _reference(message: Message) -> ReplyParameters | None:
    if message.chat.type == "private":
        return None
    return ReplyParameters(message_id=message.message_id, allow_sending_without_reply=True)
