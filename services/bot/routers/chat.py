"""Talk: what a tester says goes to the persona, and its reply comes back in bubbles."""

from __future__ import annotations

import time
from typing import Any

from aiogram import Bot, F, Router
from aiogram.types import Message, User
from aiogram.utils.chat_action import ChatActionSender

from services.bot import texts
from services.bot.addressing import said_to_bot
from services.bot.asking import Answer, Persona
from services.bot.delivery import Delivery
from services.bot.disclosure import Conversations
from services.bot.identity import conversation_of, person_of
from services.bot.journal import Journal
from services.bot.metrics import Metrics
from services.bot.settings import BotSettings
from services.bot.throttle import Throttle
from shared.errors import AnselmError
from shared.telemetry import logger

log = logger(__name__)


async def is_talk(message: Message, bot: Bot) -> bool | dict[str, Any]:
    """Filter: what a person says to the bot, as ``said``."""
    me = await bot.me()
    said = said_to_bot(message, me.id, me.username or "")
    return {"said": said} if said and not said.startswith("/") else False


async def talk(
    message: Message,
    said: str,
    event_from_user: User,
    bot: Bot,
    settings: BotSettings,
    conversations: Conversations,
    persona: Persona,
    delivery: Delivery,
    journal: Journal,
    metrics: Metrics,
) -> None:
    began, person = time.perf_counter(), person_of(event_from_user)
    if not await conversations.has_begun(message.chat.id):
        await message.answer(texts.disclosure(settings.owner))
    await conversations.go_on(message.chat.id)
    try:
        async with ChatActionSender.typing(message.chat.id, bot):
            answer = await journal.once(
                "answer", Answer, lambda: persona.answer(conversation_of(message.chat), person, said)
            )
    except AnselmError as error:
        log.warning("no_reply", error=type(error).__name__, why=error.message)
        metrics.replies.labels(error.code).inc()
        await message.answer(texts.trouble(error))
        return
    if not answer.reply.text:
        metrics.replies.labels("empty").inc()
        await message.answer(texts.SPEECHLESS)
        return
    await delivery.send(bot, message, answer, person)
    metrics.replies.labels("guarded" if answer.guarded else "replied").inc()
    metrics.seconds.observe(time.perf_counter() - began)


def make_router(throttle: Throttle) -> Router:
    router = Router(name="chat")
    router.message.middleware(throttle)
    router.message.register(talk, F.text, F.from_user, is_talk)
    return router
