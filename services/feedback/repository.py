"""All of feedback's SQL."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Text, cast, delete, func, or_, select, text, union_all, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.feedback.models import DatasetRow, PairRow, RatingRow
from services.feedback.preferences import Compared, Prompt, Rated
from shared.contracts.base import ChatMessage
from shared.contracts.feedback import (
    FeedbackStatistics,
    Given,
    GivenPair,
    GivenRating,
    PairRequest,
    PreferenceKind,
    Rating,
    RatingRequest,
    Reply,
    Verdict,
)
from shared.mentions import PSEUDONYM


class Opinions:
    """What people said about replies."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def rate(self, request: RatingRequest) -> Rating:
        """Store a verdict; it replaces an earlier one by the same person on the same reply."""
        reply = request.reply
        row = insert(RatingRow).values(
            id=uuid.uuid4().hex,
            reply_id=reply.id,
            person=request.person,
            persona=reply.persona,
            adapter=reply.adapter,
            context=_plain(reply.context),
            text=reply.text,
            verdict=request.verdict,
            asker=reply.asker,
        )
        new = {"verdict": row.excluded.verdict, "at": func.now()}
        statement = row.on_conflict_do_update(index_elements=["reply_id", "person"], set_=new).returning(RatingRow)
        return _rating((await self._session.scalars(statement)).one())

    async def compare(self, request: PairRequest) -> None:
        """Store a pair; one whose key is known changes nothing."""
        values = request.model_dump() | {"id": uuid.uuid4().hex, "context": _plain(request.context)}
        await self._session.execute(insert(PairRow).values(**values).on_conflict_do_nothing(index_elements=["key"]))

    async def ratings(self, persona: str) -> list[Rating]:
        """Verdicts on a persona's replies, oldest first."""
        of_persona = select(RatingRow).where(RatingRow.persona == persona).order_by(RatingRow.at, RatingRow.id)
        return [_rating(row) for row in await self._session.scalars(of_persona)]

    async def statistics(self, persona: str) -> FeedbackStatistics:
        verdicts = select(RatingRow.verdict, func.count()).where(RatingRow.persona == persona)
        sources = select(PairRow.source, func.count()).where(PairRow.persona == persona)
        rated = dict((await self._session.execute(verdicts.group_by(RatingRow.verdict))).all())
        compared = dict((await self._session.execute(sources.group_by(PairRow.source))).all())
        return FeedbackStatistics(
            persona=persona,
            like_me=rated.get(Verdict.LIKE_ME, 0),
            not_like_me=rated.get(Verdict.NOT_LIKE_ME, 0),
            pairs=compared.get("comparison", 0),
            rewrites=compared.get("rewrite", 0),
        )

    async def rated(self, persona: str) -> list[Rated]:
        of_persona = select(RatingRow).where(RatingRow.persona == persona).order_by(RatingRow.at, RatingRow.id)
        rows = await self._session.scalars(of_persona)
        return [Rated(row.id, _prompt(row), row.text, row.verdict == Verdict.LIKE_ME) for row in rows]

    async def compared(self, persona: str) -> list[Compared]:
        of_persona = select(PairRow).where(PairRow.persona == persona).order_by(PairRow.at, PairRow.id)
        rows = await self._session.scalars(of_persona)
        return [Compared(row.id, _prompt(row), row.chosen, row.rejected, row.source == "rewrite") for row in rows]

    async def forget(self, person: str, about: str) -> tuple[list[str], list[str]]:
        """Remove the ratings and pairs of a person, and those that hold their words or name them; the ids of both.

        Args:
            about: an expression that finds their names.
        """
        return await self._remove(
            _of(RatingRow, person, about, RatingRow.text), _of(PairRow, person, about, PairRow.chosen, PairRow.rejected)
        )

    async def of_person(self, person: str) -> Given:
        """All that a person said, oldest first."""
        rated = select(RatingRow).where(RatingRow.person == person).order_by(RatingRow.at, RatingRow.id)
        compared = select(PairRow).where(PairRow.person == person).order_by(PairRow.at, PairRow.id)
        return Given(
            person=person,
            ratings=[_given_rating(row) for row in await self._session.scalars(rated)],
            pairs=[_given_pair(row) for row in await self._session.scalars(compared)],
        )

    async def expire(self, until: datetime) -> tuple[list[str], list[str]]:
        """Remove the ratings and pairs from before a moment; the ids of both."""
        return await self._remove(RatingRow.at < until, PairRow.at < until)

    async def _remove(self, rated: ColumnElement[bool], compared: ColumnElement[bool]) -> tuple[list[str], list[str]]:
        ratings = delete(RatingRow).where(rated).returning(RatingRow.id)
        pairs = delete(PairRow).where(compared).returning(PairRow.id)
        return list(await self._session.scalars(ratings)), list(await self._session.scalars(pairs))

    async def people(self, kind: type[RatingRow] | type[PairRow]) -> dict[str, int]:
        """How many opinions each gave, or is answered or mentioned in by their pseudonym."""
        texts = [kind.text] if kind is RatingRow else [PairRow.chosen, PairRow.rejected]
        said = [cast(kind.context, Text), *texts]
        mentioned = [func.unnest(func.regexp_matches(part, PSEUDONYM, "g")).label("name") for part in said]
        parts = [select(kind.person.label("name")), select(kind.asker.label("name")), *map(select, mentioned)]
        names = union_all(*parts).subquery()
        query = select(names.c.name, func.count()).where(names.c.name.is_not(None)).group_by(names.c.name)
        return dict((await self._session.execute(query)).all())


class Datasets:
    """Preference datasets. Whoever builds or removes them holds the lock, so that no dataset with a forgotten person's
    words is finished beside the forgetting."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def hold(self) -> None:
        await self._session.execute(text("select pg_advisory_xact_lock(hashtext('feedback.datasets'))"))

    async def standing(self, persona: str | None = None, kind: PreferenceKind | None = None) -> list[DatasetRow]:
        """Those that were not removed, oldest first."""
        found = select(DatasetRow).where(~DatasetRow.removed)
        found = found.where(DatasetRow.persona == persona) if persona is not None else found
        found = found.where(DatasetRow.kind == kind) if kind is not None else found
        return list(await self._session.scalars(found.order_by(DatasetRow.created_at, DatasetRow.name)))

    async def last_version(self, persona: str, kind: PreferenceKind) -> int:
        """The highest version that there ever was; 0 before the first."""
        highest = select(func.max(DatasetRow.version)).where(DatasetRow.persona == persona, DatasetRow.kind == kind)
        return await self._session.scalar(highest) or 0

    async def add(self, row: DatasetRow) -> DatasetRow:
        self._session.add(row)
        await self._session.flush()
        await self._session.refresh(row)
        return row

    async def mark_removed(self, names: Collection[str]) -> None:
        await self._session.execute(update(DatasetRow).where(DatasetRow.name.in_(names)).values(removed=True))


def _of(
    kind: type[RatingRow] | type[PairRow], person: str, about: str, *texts: InstrumentedAttribute[str]
) -> ColumnElement[bool]:
    said = [cast(kind.context, Text), *texts]
    return or_(kind.person == person, kind.asker == person, *(part.regexp_match(about, "i") for part in said))


def _plain(context: Sequence[ChatMessage]) -> list[dict[str, str]]:
    return [message.model_dump() for message in context]


def _prompt(row: RatingRow | PairRow) -> Prompt:
    return tuple(ChatMessage.model_validate(message) for message in row.context)


def _rating(row: RatingRow) -> Rating:
    return Rating(
        reply_id=row.reply_id,
        persona=row.persona,
        adapter=row.adapter,
        person=row.person,
        verdict=Verdict(row.verdict),
        at=row.at,
    )


def _given_rating(row: RatingRow) -> GivenRating:
    context = list(_prompt(row))
    reply = Reply(id=row.reply_id, persona=row.persona, adapter=row.adapter, context=context, text=row.text)
    return GivenRating(reply=reply, verdict=Verdict(row.verdict), at=row.at)


def _given_pair(row: PairRow) -> GivenPair:
    return GivenPair(
        persona=row.persona,
        context=list(_prompt(row)),
        chosen=row.chosen,
        rejected=row.rejected,
        source=row.source,
        at=row.at,
    )
