"""The SQL of anchors: what they are chosen from, which were chosen, and what the owner said of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Float, Select, cast, delete, false, func, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.retrieval.models import AnchorChoiceRow, ExchangeRow
from services.retrieval.passages import Source
from services.retrieval.repository import exchanges_of
from shared.contracts.retrieval import Anchor, AnchorChoice, AnchorState
from shared.errors import NotFound

_OF_EXCHANGE = (AnchorChoiceRow.persona == ExchangeRow.persona) & (AnchorChoiceRow.id == ExchangeRow.id)

#: A persona is measured by how it answers what is held out.
_USABLE = ExchangeRow.held_out.is_(False)


class Said(NamedTuple):
    """A past exchange, as far as anchors are chosen by it."""

    id: str
    context: str
    reply: str


class Anchors:
    """The anchors of a persona."""

    def __init__(self, session: AsyncSession, persona: str) -> None:
        self._session = session
        self._persona = persona

    async def sample(self, limit: int) -> list[Said]:
        """Answers that may become anchors, in an order that is arbitrary but always the same: nothing held out, and
        nothing that the owner pinned or dropped."""
        said = select(ExchangeRow.id, ExchangeRow.context, ExchangeRow.reply)
        answers = said.where(*_free(self._persona), ExchangeRow.context != "")
        sample = answers.order_by(func.md5(ExchangeRow.id)).limit(limit)
        return [Said(*row) for row in await self._session.execute(sample)]

    async def choose(self, ids: Sequence[str]) -> None:
        """Replace those that were chosen; the owner's choices stay."""
        of_persona = update(ExchangeRow).where(ExchangeRow.persona == self._persona)
        await self._session.execute(of_persona.where(ExchangeRow.anchor.is_not(None)).values(anchor=None))
        for place, id_ in enumerate(ids):
            await self._session.execute(of_persona.where(ExchangeRow.id == id_).values(anchor=place))

    async def pinned(self) -> list[Anchor]:
        """Those that the owner pinned and that may be used, the last one first."""
        rows = _chosen_by_owner(self._persona, AnchorChoice.PINNED).where(_USABLE)
        return await self._shown(rows, AnchorState.PINNED)

    async def chosen(self) -> list[Anchor]:
        """Those that were chosen by how typical and different they are, best first."""
        rows = select(ExchangeRow).where(*_free(self._persona), ExchangeRow.anchor.is_not(None))
        return await self._shown(rows.order_by(ExchangeRow.anchor), AnchorState.CHOSEN)

    async def dropped(self) -> list[Anchor]:
        """Those that the owner dropped and that are still indexed, the last one first."""
        return await self._shown(_chosen_by_owner(self._persona, AnchorChoice.DROPPED), AnchorState.DROPPED)

    async def exchange(self, id_: str) -> ExchangeRow:
        """An exchange of the index.

        Raises:
            NotFound: there is none with this id.
        """
        row = await self._session.get(ExchangeRow, (self._persona, id_))
        if row is None:
            hint = "Find one with: anselm anchors find WORDS"
            raise NotFound(f"No exchange {id_!r} is indexed for persona {self._persona!r}.", hint=hint)
        return row

    async def count_pinned(self, besides: str) -> int:
        rows = select(func.count()).where(
            AnchorChoiceRow.persona == self._persona,
            AnchorChoiceRow.choice == AnchorChoice.PINNED,
            AnchorChoiceRow.id != besides,
        )
        return await self._session.scalar(rows) or 0

    async def note(self, row: ExchangeRow, choice: AnchorChoice) -> None:
        """Note what the owner said; saying the same again changes nothing."""
        about = {"chat": row.chat, "message_ids": row.message_ids, "people": row.people, "choice": choice}
        said = insert(AnchorChoiceRow).values(persona=row.persona, id=row.id, **about)
        new = {**about, "chosen_at": func.clock_timestamp()}
        changed = AnchorChoiceRow.choice != choice
        await self._session.execute(
            said.on_conflict_do_update(index_elements=["persona", "id"], set_=new, where=changed)
        )

    async def take_back(self, id_: str) -> None:
        mine = (AnchorChoiceRow.persona == self._persona) & (AnchorChoiceRow.id == id_)
        await self._session.execute(delete(AnchorChoiceRow).where(mine))

    async def _shown(self, rows: Select[Any], state: AnchorState) -> list[Anchor]:
        found = await self._session.scalars(rows)
        return [Anchor(id=r.id, context=r.context, reply=r.reply, at=r.at, state=state) for r in found]


async def forget_choices(
    session: AsyncSession,
    gone: Collection[tuple[str, str]],
    *,
    person: str | None = None,
    chat: int | None = None,
    message_ids: Sequence[str] = (),
) -> int:
    """Remove what was said of exchanges that are gone, by persona and id, and of those that a person or one of these
    messages is in, or that are of a chat, whether they are indexed now or not; how many those were."""
    row = AnchorChoiceRow
    involved: list[ColumnElement[bool]] = [row.message_ids.overlap(message_ids)] if message_ids else []
    if person is not None:
        involved.append(row.people.contains([person]))
    if chat is not None:
        involved.append(row.chat == chat)
    if gone:
        involved.append(tuple_(row.persona, row.id).in_(gone))
    removed: Any = await session.execute(delete(row).where(or_(false(), *involved)))
    return int(removed.rowcount)


def anchor_parts(persona: str, limit: int) -> list[Select[Any]]:
    """Anchors, as parts of what a reply needs to know. Pinned ones weigh less than nothing: they come first."""
    last_first = -cast(func.extract("epoch", AnchorChoiceRow.chosen_at), Float)
    pinned = exchanges_of(Source.ANCHOR, last_first, persona).where(_said(AnchorChoice.PINNED), _USABLE)
    chosen = exchanges_of(Source.ANCHOR, cast(ExchangeRow.anchor, Float), persona).where(*_free(persona))
    return [
        pinned.order_by(text("weight")).limit(limit),
        chosen.where(ExchangeRow.anchor.is_not(None)).order_by(ExchangeRow.anchor).limit(limit),
    ]


def _chosen_by_owner(persona: str, choice: AnchorChoice) -> Select[Any]:
    rows = select(ExchangeRow).where(ExchangeRow.persona == persona, _said(choice))
    return rows.order_by(AnchorChoiceRow.chosen_at.desc(), ExchangeRow.id)


def _free(persona: str) -> tuple[ColumnElement[bool], ...]:
    """Conditions on exchanges that may be used, and of which the owner said nothing."""
    return ExchangeRow.persona == persona, _USABLE, ~select(AnchorChoiceRow.id).where(_OF_EXCHANGE).exists()


def _said(choice: AnchorChoice) -> ColumnElement[bool]:
    return _OF_EXCHANGE & (AnchorChoiceRow.choice == choice)
