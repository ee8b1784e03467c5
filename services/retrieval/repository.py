"""All of retrieval's SQL, but for that of anchors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import (
    ColumnElement,
    Float,
    Select,
    cast,
    delete,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.retrieval.models import ConversationRow, ExchangeRow, IndexRow, RunRow, TombstoneRow, TurnRow
from services.retrieval.passages import Passage, Source
from shared.contracts.ingest import Exchange
from shared.contracts.retrieval import Turn

Vectors = npt.NDArray[np.float32]

#: Candidates that an HNSW search keeps; above pgvector's 40, because the nearest 24 are wanted and not only five.
EF_SEARCH = 64


class Tombstones:
    """What was forgotten. Whoever stores holds the lock with others, whoever forgets holds it alone, so that nothing
    is stored beside a forgetting that does not see it."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def hold_off(self) -> None:
        await self._session.execute(text("select pg_advisory_xact_lock_shared(hashtext('memory.tombstones'))"))

    async def hold_alone(self) -> None:
        await self._session.execute(text("select pg_advisory_xact_lock(hashtext('memory.tombstones'))"))

    async def among(self, subjects: Iterable[str]) -> dict[str, datetime]:
        wanted = select(TombstoneRow.subject, TombstoneRow.forgotten_at).where(TombstoneRow.subject.in_(set(subjects)))
        return {row.subject: row.forgotten_at for row in await self._session.execute(wanted)}

    async def bury(self, subjects: Iterable[str]) -> None:
        # Not now(), which is when the transaction began: it may have waited for the lock since.
        rows = [{"subject": subject, "forgotten_at": func.clock_timestamp()} for subject in sorted(set(subjects))]
        if rows:
            statement = insert(TombstoneRow).values(rows)
            newer = {"forgotten_at": statement.excluded.forgotten_at}
            await self._session.execute(statement.on_conflict_do_update(index_elements=["subject"], set_=newer))


class Conversations:
    """Conversations and their turns."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, turn: Turn) -> bool:
        """Store a turn; false when its key is already there."""
        opened = insert(ConversationRow).values(
            persona=turn.persona, id=turn.conversation, started_at=turn.at, last_at=turn.at
        )
        later = func.greatest(ConversationRow.last_at, opened.excluded.last_at)
        await self._session.execute(
            opened.on_conflict_do_update(index_elements=["persona", "id"], set_={"last_at": later})
        )
        added = insert(TurnRow).values(**turn.model_dump()).on_conflict_do_nothing().returning(TurnRow.key)
        return (await self._session.scalar(added)) is not None

    async def turns(self, conversation: str, limit: int) -> list[Turn]:
        """The last turns of a conversation, oldest first."""
        newest = select(TurnRow).where(TurnRow.conversation == conversation).order_by(TurnRow.at.desc(), TurnRow.key)
        rows = (await self._session.scalars(newest.limit(limit))).all()
        return [Turn.model_validate(_columns(row)) for row in reversed(rows)]

    async def forget(
        self, *, person: str | None = None, conversation: str | None = None, about: str | None = None
    ) -> dict[str, int]:
        """Remove the turns of a person or a conversation, and the conversations that are empty then.

        Args:
            about: an expression; turns in which it is found go as well.
        """
        spoken = TurnRow.person == person if person is not None else TurnRow.conversation == conversation
        if about:
            spoken = or_(spoken, TurnRow.message.regexp_match(about, "i"), TurnRow.reply.regexp_match(about, "i"))
        return await self._remove(spoken)

    async def of_person(self, person: str) -> list[Turn]:
        """All turns of a person, oldest first."""
        spoken = select(TurnRow).where(TurnRow.person == person).order_by(TurnRow.at, TurnRow.key)
        return [Turn.model_validate(_columns(row)) for row in await self._session.scalars(spoken)]

    async def expire(self, until: datetime) -> int:
        """Remove the turns from before a moment, and the conversations that are empty then."""
        return (await self._remove(TurnRow.at < until))["turns"]

    async def _remove(self, which: ColumnElement[bool]) -> dict[str, int]:
        removed = delete(TurnRow).where(which).returning(TurnRow.persona, TurnRow.conversation)
        touched = [tuple(row) for row in await self._session.execute(removed)]
        left = exists().where(TurnRow.persona == ConversationRow.persona, TurnRow.conversation == ConversationRow.id)
        emptied = delete(ConversationRow).where(
            ConversationRow.id.in_({conversation for _, conversation in touched}), ~left
        )
        return {"turns": len(touched), "conversations": await _count(self._session, emptied)}


class Exchanges:
    """The past exchanges of the owner that a persona may recall."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def index(self, persona: str) -> IndexRow | None:
        return await self._session.get(IndexRow, persona)

    async def known(self, persona: str, model: str, ids: Sequence[str]) -> dict[str, Exchange]:
        """Those of these ids that are stored with a vector of this model."""
        columns = [getattr(ExchangeRow, name) for name in Exchange.model_fields]
        of_model = select(*columns).where(ExchangeRow.persona == persona, ExchangeRow.model == model)
        rows = await self._session.execute(of_model.where(ExchangeRow.id.in_(ids)))
        return {row.id: Exchange.model_validate(dict(row._mapping)) for row in rows}

    async def put(
        self, persona: str, model: str, run: datetime, vectors: Mapping[str, Any], offered: Sequence[Exchange]
    ) -> None:
        """Store the offered exchanges that have a vector, and note of the others that they are still offered."""
        fresh = [
            e.model_dump() | {"persona": persona, "model": model, "seen_at": run, "embedding": vectors[e.id]}
            for e in offered
            if e.id in vectors
        ]
        if fresh:
            statement = insert(ExchangeRow)
            new: dict[str, Any] = {name: statement.excluded[name] for name in fresh[0]}
            new["seen_at"] = func.greatest(ExchangeRow.seen_at, run)
            upsert = statement.on_conflict_do_update(index_elements=["persona", "id"], set_=new)
            await self._session.execute(upsert, fresh)
        if rest := [e.id for e in offered if e.id not in vectors]:
            unchanged = update(ExchangeRow).where(ExchangeRow.persona == persona, ExchangeRow.id.in_(rest))
            await self._session.execute(unchanged.values(seen_at=func.greatest(ExchangeRow.seen_at, run)))

    async def remove_unseen(self, persona: str, since: datetime) -> int:
        """Remove what no run has been offered since then."""
        gone = delete(ExchangeRow).where(ExchangeRow.persona == persona, ExchangeRow.seen_at < since)
        return await _count(self._session, gone)

    async def forget(
        self,
        *,
        person: str | None = None,
        chat: int | None = None,
        message_ids: Sequence[str] = (),
        about: str | None = None,
    ) -> list[tuple[str, str]]:
        """Remove every exchange that a person or one of these messages is in, or that is of a chat; persona and id of
        each.

        Args:
            about: an expression; exchanges in which it is found go as well.
        """
        involved: list[ColumnElement[bool]] = [ExchangeRow.message_ids.overlap(message_ids)] if message_ids else []
        if person is not None:
            involved.append(ExchangeRow.people.contains([person]))
        if chat is not None:
            involved.append(ExchangeRow.chat == chat)
        if about:
            involved += [column.regexp_match(about, "i") for column in (ExchangeRow.context, ExchangeRow.reply)]
        gone = delete(ExchangeRow).where(or_(false(), *involved)).returning(ExchangeRow.persona, ExchangeRow.id)
        return [(row.persona, row.id) for row in await self._session.execute(gone)]


class Runs:
    """Indexing runs and what came of them."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def begin(self, run_id: str, persona: str, model: str) -> RunRow:
        """The run of this id, new or taken up again. With another model it starts over."""
        new = insert(RunRow).values(id=run_id, persona=persona, model=model).on_conflict_do_nothing()
        await self._session.execute(new)
        return await self._session.get_one(RunRow, (run_id, model))

    async def advance(self, run_id: str, model: str, cursor: str | None, done: int) -> None:
        await self._session.execute(_run(run_id, model).values(cursor=cursor, done=done))

    async def forget_cursors(self) -> None:
        """A cursor names a chat and a message. Runs that have not ended begin anew, and find most of it stored."""
        await self._session.execute(update(RunRow).values(cursor=None, done=0).where(RunRow.finished_at.is_(None)))

    async def finish(self, run_id: str, persona: str, model: str) -> None:
        await self._session.execute(_run(run_id, model).values(finished_at=func.now(), cursor=None))
        row = insert(IndexRow).values(persona=persona, model=model)
        new = {"model": model, "indexed_at": func.now()}
        await self._session.execute(row.on_conflict_do_update(index_elements=["persona"], set_=new))


def nearest(persona: str, model: str, vector: npt.NDArray[np.float32], limit: int) -> Select[Any]:
    """Exchanges whose vector, of the same model, is nearest to this one."""
    # A literal, so that the planner can match the partial index of this dimension.
    dimension: ColumnElement[int] = literal_column(str(len(vector)))
    distance = cast(ExchangeRow.embedding, HALFVEC(len(vector))).op("<=>", return_type=Float())(vector)
    found = exchanges_of(Source.VECTOR, distance, persona).where(ExchangeRow.model == model)
    return found.where(func.vector_dims(ExchangeRow.embedding) == dimension).order_by(text("weight")).limit(limit)


def matching(persona: str, terms: Sequence[str], limit: int) -> Select[Any]:
    """Exchanges with any of these words; first those that have more of them in a shorter text."""
    # A subquery, so that the words are parsed once and not for each row.
    query = select(func.to_tsquery("simple", " | ".join(terms))).scalar_subquery()
    rank = func.ts_rank(ExchangeRow.words, query, 1)  # 1: divided by 1 + the logarithm of the length
    found = exchanges_of(Source.TEXT, -rank, persona).where(ExchangeRow.words.bool_op("@@")(query))
    return found.order_by(text("weight")).limit(limit)


def recent(persona: str, conversation: str, limit: int) -> Select[Any]:
    """The last turns of a persona in a conversation."""
    time = cast(func.extract("epoch", TurnRow.at), Float)
    found = _passages(Source.TURN, time, TurnRow.key, TurnRow.message, TurnRow.reply, TurnRow.at)
    spoken = found.where(TurnRow.persona == persona, TurnRow.conversation == conversation)
    return spoken.order_by(TurnRow.at.desc(), TurnRow.key.desc()).limit(limit)


async def find(session: AsyncSession, parts: Sequence[Select[Any]]) -> list[Passage]:
    """Everything that these selections find, in one statement."""
    # With a persona to filter by, a plain HNSW scan may end before it has found enough.
    await session.execute(
        select(
            func.set_config("hnsw.iterative_scan", "relaxed_order", True),
            func.set_config("hnsw.ef_search", str(EF_SEARCH), True),
        )
    )
    rows = await session.execute(union_all(*parts))
    return [Passage(Source(row.source), row.weight, row.id, row.context, row.reply, row.at) for row in rows]


def exchanges_of(source: Source, weight: Any, persona: str) -> Select[Any]:
    """Exchanges of a persona as passages."""
    row = ExchangeRow
    return _passages(source, weight, row.id, row.context, row.reply, row.at).where(row.persona == persona)


def _passages(source: Source, weight: Any, id_: Any, context: Any, reply: Any, at: Any) -> Select[Any]:
    return select(
        literal_column(f"'{source}'").label("source"),
        weight.label("weight"),
        id_.label("id"),
        context.label("context"),
        reply.label("reply"),
        at.label("at"),
    )


def _run(run_id: str, model: str) -> Any:
    return update(RunRow).where(RunRow.id == run_id, RunRow.model == model)


def _columns(row: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


async def _count(session: AsyncSession, statement: Any) -> int:
    result: Any = await session.execute(statement)
    return int(result.rowcount)
