"""/forget: asks once, removes everything of the tester's, and says what it was."""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from services.bot import keyboards, texts
from services.bot.callbacks import acknowledge, replace_text
from services.bot.disclosure import Conversations
from services.bot.forgetting import Forgetting, Forgotten
from services.bot.identity import person_of
from services.bot.journal import Journal
from shared.errors import AnselmError
from shared.telemetry import logger

log = logger(__name__)


async def ask(message: Message) -> None:
    if message.from_user is not None:
        await message.answer(texts.FORGET_QUESTION, reply_markup=keyboards.confirm_forgetting(message.from_user.id))


async def decide(
    callback: CallbackQuery,
    callback_data: keyboards.Forget,
    forgetting: Forgetting,
    conversations: Conversations,
    journal: Journal,
) -> None:
    if callback.message is None:
        return
    if callback.from_user.id != callback_data.user:
        await acknowledge(callback, texts.FORGET_OTHERS)
        return
    await acknowledge(callback)
    if not callback_data.confirmed:
        await replace_text(callback, texts.FORGET_KEPT)
        return
    try:
        done = await journal.once("forgotten", Forgotten, lambda: forgetting.forget(person_of(callback.from_user)))
    except AnselmError as error:
        log.warning("forget_failed", error=type(error).__name__)
        await replace_text(callback, texts.FORGET_LATER)
        return
    if callback.message.chat.type == "private":
        await conversations.forget(callback.message.chat.id)
    await replace_text(callback, texts.receipt(done.removed, done.waiting))


def make_router() -> Router:
    router = Router(name="forget")
    router.message.register(ask, Command("forget"))
    router.callback_query.register(decide, keyboards.Forget.filter())
    return router
