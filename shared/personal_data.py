"""All that is kept of a tester, as one document for them. The bot sends it, the command line writes it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import Field

from shared.clients.feedback import FeedbackClient
from shared.clients.retrieval import RetrievalClient
from shared.contracts.base import Contract
from shared.contracts.feedback import GivenPair, GivenRating, Reply
from shared.contracts.retrieval import Turn

ABOUT = (
    "What is kept of you. turns: what you wrote and what was answered. ratings: your verdicts, each with the reply and "
    "the messages before it. pairs: your comparisons and rewrites. ratable: copies of replies that you can still rate. "
    "Your name, phone number and photo are not kept. To have it all removed, send /forget to the bot."
)


class PersonalData(Contract):
    """Oldest first. ``ratable`` is known to the bot alone."""

    about: str = ABOUT
    person: str = Field(description="the pseudonym under which a tester is known: their Telegram user id")
    written_at: datetime
    turns: list[Turn]
    ratings: list[GivenRating]
    pairs: list[GivenPair]
    ratable: list[Reply]

    @property
    def document(self) -> bytes:
        return (self.model_dump_json(indent=2) + "\n").encode()


async def collect(
    retrieval: RetrievalClient, feedback: FeedbackClient, person: str, ratable: Sequence[Reply] = ()
) -> PersonalData:
    """Ask everybody who keeps something of a tester.

    Raises:
        Unavailable: somebody does not answer; half of it would be none.
    """
    remembered, given = await asyncio.gather(retrieval.kept_of(person), feedback.kept_of(person))
    return PersonalData(
        person=person,
        written_at=datetime.now(UTC),
        turns=remembered.turns,
        ratings=given.ratings,
        pairs=given.pairs,
        ratable=list(ratable),
    )
