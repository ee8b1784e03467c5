"""Forgetting a tester, wherever something of theirs is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Iterable

from pydantic import BaseModel

from services.bot.shown import ShownReplies
from shared.clients.feedback import FeedbackClient
from shared.clients.retrieval import RetrievalClient
from shared.contracts.base import Receipt, Removed
from shared.contracts.retrieval import ForgetRequest
from shared.errors import AnselmError
from shared.telemetry import logger

log = logger(__name__)


class Forgotten(BaseModel):
    """What was removed, and the services that could not be reached: there the tester has to ask again."""

    receipt: Receipt
    unreachable: list[str]


class Forgetting:
    """Removes what a person left behind. Doing it again does no harm."""

    def __init__(self, retrieval: RetrievalClient, feedback: FeedbackClient, shown: ShownReplies) -> None:
        self._retrieval = retrieval
        self._feedback = feedback
        self._shown = shown

    async def forget(self, person: str, conversation: str | None) -> Forgotten:
        """Remove what the person left everywhere, and the whole of ``conversation`` where it is theirs alone."""
        receipts: list[Receipt] = []
        unreachable: list[str] = []
        for service, removal in self._removals(person, conversation):
            try:
                receipts.append(await removal)
            except AnselmError as error:
                log.warning("forget_failed", where=service, error=type(error).__name__)
                unreachable.append(service)
        shown = Removed(service="bot", what="copies of replies", count=await self._shown.forget(person))
        removed = total(line for receipt in receipts for line in receipt.removed)
        return Forgotten(
            receipt=Receipt(subject=person, removed=[*removed, shown]), unreachable=sorted(set(unreachable))
        )

    def _removals(self, person: str, conversation: str | None) -> Iterable[tuple[str, Awaitable[Receipt]]]:
        yield "retrieval", self._retrieval.forget(ForgetRequest(person=person))
        if conversation is not None:
            yield "retrieval", self._retrieval.forget(ForgetRequest(conversation=conversation))
        yield "feedback", self._feedback.forget(person)


def total(lines: Iterable[Removed]) -> list[Removed]:
    """One line for each service and kind of thing, in the order of their first mention."""
    counts: Counter[tuple[str, str]] = Counter()
    for line in lines:
        counts[line.service, line.what] += line.count
    return [Removed(service=service, what=what, count=count) for (service, what), count in counts.items()]
