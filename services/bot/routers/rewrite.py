"""/rewrite: the owner says how they would have answered. The two texts are a preference pair."""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import Message

from services.bot import texts
from services.bot.identity import person_of
from services.bot.settings import BotSettings
from services.bot.shown import Shown, ShownReplies
from shared.clients.feedback import FeedbackClient
from shared.contracts.feedback import PairRequest
from shared.errors import AnselmError
from shared.telemetry import logger

log = logger(__name__)


async def rewrite(
    message: Message, command: CommandObject, settings: BotSettings, shown: ShownReplies, feedback: FeedbackClient
) -> None:
    replied, text = message.reply_to_message, (command.args or "").strip()
    if message.from_user is None or message.from_user.id != settings.owner_telegram_id:
        await message.answer(texts.REWRITE_OWNER_ONLY)
        return
    if replied is None or not text:
        await message.answer(texts.REWRITE_USAGE)
        return
    found = await shown.get(message.chat.id, replied.message_id)
    await message.answer(await _save(message, found, text, feedback) if found else texts.NOT_KEPT)


async def _save(message: Message, shown: Shown, text: str, feedback: FeedbackClient) -> str:
    """Store the pair; its key is the command's own message, so that a repetition is the same pair."""
    assert message.from_user is not None
    reply = shown.reply
    pair = PairRequest(
        key=f"rewrite-{message.chat.id}-{message.message_id}",
        persona=reply.persona,
        context=reply.context,
        chosen=text,
        rejected=reply.text,
        person=person_of(message.from_user),
        asker=reply.asker,
        source="rewrite",
    )
    try:
        await feedback.compare(pair)
    except AnselmError as error:
        log.warning("rewrite_lost", error=type(error).__name__)
        return texts.trouble(error)
    return texts.REWRITTEN


def make_router() -> Router:
    router = Router(name="rewrite")
    router.message.register(rewrite, Command("rewrite"))
    return router
