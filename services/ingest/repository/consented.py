"""The one way to words that may be learned from or recalled. What nobody allowed does not leave the database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import and_, case, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models
from shared.contracts.ingest import Purpose

#: Rows that are asked for at once.
PAGE = 2_000


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """A message as later steps see it.

    Attributes:
        text: clean; empty where there was only media, and where it is withheld.
        reply_to: a message of the same chat.
        withheld: why: it passed through a business account, or its sender has not consented.
    """

    id: int
    at: datetime
    sender: int
    text: str
    reply_to: int | None
    topic: int | None
    forwarded: bool
    via_bot: bool
    media: str | None
    withheld: Literal["business", "consent"] | None = None


async def consented_messages(
    session: AsyncSession, account: int, chat: int, purpose: Purpose, *, after: int | None = None
) -> AsyncIterator[ReadMessage]:
    """Every message of a chat, oldest first, with the text of those that may be used for the purpose now.

    Messages of Telegram business chats never may, whoever consents.

    Args:
        after: only what comes after this message.
    """
    m, consent = models.Message, models.Consent
    agreed = and_(
        consent.account_id == m.account_id,
        consent.chat_id == m.chat_id,
        consent.person_id == m.sender_id,
        consent.purpose == purpose,
        consent.revoked_at.is_(None),
    )
    withheld = case((m.business, "business"), (consent.id.is_(None), "consent"))
    reply_to = case((m.reply_chat.is_(None), m.reply_to))
    query = (
        select(m.id, m.at, m.sender_id, reply_to, m.topic, m.forwarded, m.via_bot, m.media)
        .add_columns(withheld.label("withheld"), case((withheld.is_(None), m.clean)).label("text"))
        .outerjoin(consent, agreed)
        .where(m.account_id == account, m.chat_id == chat)
        .order_by(m.at, m.id)
    )
    if after is not None:
        place = select(m.at, m.id).where(m.account_id == account, m.chat_id == chat, m.id == after)
        query = query.where(tuple_(m.at, m.id) > place.scalar_subquery())
    async for rows in (await session.stream(query)).partitions(PAGE):
        for number, at, sender, reply_to, topic, forwarded, via_bot, media, why, text in rows:
            yield ReadMessage(number, at, sender, text or "", reply_to, topic, forwarded, via_bot, media, why)
