"""Verdicts on replies: by button, or by 👍 and 👎. A second verdict replaces the first."""

from __future__ import annotations

from aiogram import Bot, F, Router
from aiogram.types import CallbackQuery, Chat, MessageReactionUpdated

from services.bot import keyboards, texts
from services.bot.callbacks import acknowledge, replace_keyboard
from services.bot.identity import person_of
from services.bot.metrics import Metrics
from services.bot.shown import Shown, ShownReplies
from shared.clients.feedback import FeedbackClient
from shared.contracts.feedback import RatingRequest, Verdict
from shared.errors import AnselmError
from shared.telemetry import logger

log = logger(__name__)


async def press(
    callback: CallbackQuery,
    callback_data: keyboards.Rate,
    bot: Bot,
    shown: ShownReplies,
    feedback: FeedbackClient,
    metrics: Metrics,
) -> None:
    message = callback.message
    found = await shown.get(message.chat.id, message.message_id) if message else None
    if message is None or found is None:
        await acknowledge(callback, texts.NOT_KEPT)
        return
    verdict = callback_data.verdict
    try:
        await feedback.rate(RatingRequest(reply=found.reply, person=person_of(callback.from_user), verdict=verdict))
    except AnselmError as error:
        log.warning("verdict_lost", error=type(error).__name__)
        await acknowledge(callback, texts.trouble(error))
        return
    metrics.verdicts.labels(verdict).inc()
    await acknowledge(callback, texts.THANKS)
    await _mark(bot, message.chat, found, verdict)


async def react(
    reaction: MessageReactionUpdated, bot: Bot, shown: ShownReplies, feedback: FeedbackClient, metrics: Metrics
) -> None:
    """Other emoji say something else, and a reaction taken back leaves the verdict as it is."""
    verdict = verdict_of(reaction)
    found = await shown.get(reaction.chat.id, reaction.message_id)
    if verdict is None or found is None or reaction.user is None:
        return
    await feedback.rate(RatingRequest(reply=found.reply, person=person_of(reaction.user), verdict=verdict))
    metrics.verdicts.labels(verdict).inc()
    await _mark(bot, reaction.chat, found, verdict)


def verdict_of(reaction: MessageReactionUpdated) -> Verdict | None:
    emoji = [getattr(given, "emoji", "") for given in reaction.new_reaction]
    return next((keyboards.REACTIONS[e] for e in emoji if e in keyboards.REACTIONS), None)


async def _mark(bot: Bot, chat: Chat, shown: Shown, verdict: Verdict) -> None:
    """Show the choice; not in a group, where the buttons are everybody's."""
    if chat.type == "private":
        await replace_keyboard(bot, chat.id, shown.keyboard, keyboards.feedback(verdict))


def make_router() -> Router:
    router = Router(name="feedback")
    router.callback_query.register(press, keyboards.Rate.filter())
    router.message_reaction.register(react, F.user)
    return router
