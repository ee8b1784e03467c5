"""Whom, and which chats, the tables hold something of: counted, for whoever checks that somebody is forgotten."""

from __future__ import annotations

from sqlalchemy import SelectBase, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from services.retrieval.models import AnchorChoiceRow, ConversationRow, ExchangeRow, TurnRow
from shared.contracts.forgetting import Held, HeldKind
from shared.mentions import PSEUDONYM


async def find_held(session: AsyncSession) -> list[Held]:
    """Everybody, also those who are only mentioned by their pseudonym, and every chat of the history."""
    # A private conversation is called like its person.
    turns = union_all(select(TurnRow.person.label("name")), select(ConversationRow.id.label("name")))
    texts = union_all(
        select((ExchangeRow.context + " " + ExchangeRow.reply).label("said")),
        select((TurnRow.message + " " + TurnRow.reply).label("said")),
    ).subquery()
    mentions = select(func.unnest(func.regexp_matches(texts.c.said, PSEUDONYM, "g")).label("name"))
    exchanges = select(func.unnest(ExchangeRow.people).label("name"))
    chats = select(ExchangeRow.chat.label("name"))
    choices = select(func.unnest(AnchorChoiceRow.people).label("name"))
    chats_of_choices = select(AnchorChoiceRow.chat.label("name"))
    return [
        *await _count(session, HeldKind.PERSON, "turns", turns),
        *await _count(session, HeldKind.PERSON, "exchanges", exchanges),
        *await _count(session, HeldKind.PERSON, "mentions", mentions),
        *await _count(session, HeldKind.PERSON, "anchor choices", choices),
        *await _count(session, HeldKind.CHAT, "exchanges", chats),
        *await _count(session, HeldKind.CHAT, "anchor choices", chats_of_choices),
    ]


async def _count(session: AsyncSession, kind: HeldKind, what: str, names: SelectBase) -> list[Held]:
    found = names.subquery()
    rows = await session.execute(select(found.c.name, func.count()).group_by(found.c.name))
    return [Held(kind=kind, name=str(name), what=what, count=count) for name, count in rows]
