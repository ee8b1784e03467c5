"""What people say about replies: taken in, counted, and forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.feedback.datasets import containing
from services.feedback.models import PairRow, RatingRow
from services.feedback.repository import Datasets, Opinions
from shared.artifacts import ArtifactStore
from shared.contracts.base import ChatMessage, Receipt, Removed
from shared.contracts.feedback import FeedbackStatistics, ForgetOpinions, Given, PairRequest, Rating, RatingRequest
from shared.contracts.forgetting import Held, HeldKind
from shared.database import Database
from shared.errors import Invalid
from shared.mentions import mentioning
from shared.retention import past


async def rate(database: Database, request: RatingRequest) -> Rating:
    """Take in a verdict.

    Raises:
        Invalid: the reply is empty, or answers nothing.
    """
    _require_question(request.reply.context)
    _require_text(request.reply.text)
    async with database.transaction() as session:
        return await Opinions(session).rate(request)


async def compare(database: Database, request: PairRequest) -> FeedbackStatistics:
    """Take in a comparison or a rewrite; what there is now.

    Raises:
        Invalid: a candidate is empty, both are the same, or they answer nothing.
    """
    _require_question(request.context)
    _require_text(request.chosen)
    _require_text(request.rejected)
    if request.chosen.strip() == request.rejected.strip():
        raise Invalid("Chosen and rejected are the same text, which teaches nothing.")
    async with database.transaction() as session:
        opinions = Opinions(session)
        await opinions.compare(request)
        return await opinions.statistics(request.persona)


async def ratings(database: Database, persona: str) -> list[Rating]:
    async with database.transaction() as session:
        return await Opinions(session).ratings(persona)


async def statistics(database: Database, persona: str) -> FeedbackStatistics:
    async with database.transaction() as session:
        return await Opinions(session).statistics(persona)


async def forget(database: Database, store: ArtifactStore, request: ForgetOpinions, *, dry_run: bool) -> Receipt:
    """Remove all that a person said or is named in, and every dataset that it is in. Repeating it removes what a
    failure left.

    Args:
        dry_run: take it back, and say only what it would have been.
    """
    about = mentioning([request.person, *request.names])
    async with database.transaction() as session:
        await Datasets(session).hold()
        ratings, pairs = await Opinions(session).forget(request.person, about)
        held = await asyncio.to_thread(containing, store, [*ratings, *pairs])
        if dry_run:
            await session.rollback()
        else:
            await _remove_datasets(session, store, held)
    counts = {"ratings": len(ratings), "pairs": len(pairs), "preference rows": sum(held.values())}
    removed = [Removed(service="feedback", what=what, count=count) for what, count in counts.items()]
    return Receipt(subject=request.person, removed=removed, datasets=sorted(held))


async def held(database: Database) -> list[Held]:
    """Whom something is held of."""
    async with database.transaction() as session:
        opinions = Opinions(session)
        counts = {"ratings": await opinions.people(RatingRow), "pairs": await opinions.people(PairRow)}
    return [
        Held(kind=HeldKind.PERSON, name=name, what=what, count=count)
        for what, people in counts.items()
        for name, count in people.items()
    ]


async def kept_of(database: Database, person: str) -> Given:
    """All that is kept of what a person said."""
    async with database.transaction() as session:
        return await Opinions(session).of_person(person)


async def sweep(database: Database, store: ArtifactStore, kept: timedelta) -> dict[str, int]:
    """Remove the feedback that is older than is kept, and every dataset that it is in, as forgetting does: words would
    outlive their time in it. Adapters stay, since nobody has withdrawn anything."""
    until = past(kept)
    if until is None:
        return {}
    async with database.transaction() as session:
        await Datasets(session).hold()
        ratings, pairs = await Opinions(session).expire(until)
        held = await asyncio.to_thread(containing, store, [*ratings, *pairs])
        await _remove_datasets(session, store, held)
    return {"ratings": len(ratings), "pairs": len(pairs), "datasets": len(held)}


async def _remove_datasets(session: AsyncSession, store: ArtifactStore, names: Collection[str]) -> None:
    for name in names:
        await asyncio.to_thread(store.remove, name)
    await Datasets(session).mark_removed(names)


def _require_question(context: Sequence[ChatMessage]) -> None:
    if not context or context[-1].role != "user":
        raise Invalid("The context must end with the message that was answered (role user).")


def _require_text(text: str) -> None:
    if not text.strip():
        raise Invalid("A reply without text cannot be judged.")
