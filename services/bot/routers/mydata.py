"""/mydata: everything that is kept of the tester, as a document. Only in private: others are not to read it."""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import BufferedInputFile, Message, User

from services.bot import texts
from services.bot.addressing import is_private
from services.bot.identity import person_of
from services.bot.shown import ShownReplies
from shared.clients.feedback import FeedbackClient
from shared.clients.retrieval import RetrievalClient
from shared.errors import AnselmError
from shared.personal_data import collect
from shared.telemetry import logger

log = logger(__name__)


async def send(
    message: Message,
    event_from_user: User,
    retrieval: RetrievalClient,
    feedback: FeedbackClient,
    shown: ShownReplies,
) -> None:
    person = person_of(event_from_user)
    ratable = [one.reply for one in await shown.of(person)]
    try:
        data = await collect(retrieval, feedback, person, ratable)
    except AnselmError as error:
        log.warning("data_not_collected", error=type(error).__name__)
        await message.answer(texts.DATA_NOT_NOW)
        return
    await message.answer_document(BufferedInputFile(data.document, texts.DATA_FILE), caption=texts.DATA)


async def refer(message: Message) -> None:
    await message.answer(texts.DATA_IN_PRIVATE)


def make_router() -> Router:
    router = Router(name="mydata")
    router.message.register(send, Command("mydata"), is_private)
    router.message.register(refer, Command("mydata"))
    return router
