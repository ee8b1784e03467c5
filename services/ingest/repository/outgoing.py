"""Messages as they came, for the owner who takes their history out. Nothing is learned from what this gives."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models
from services.ingest.keys import Keys
from services.ingest.telegram.message import Message

#: Rows that the database hands over at a time.
AT_ONCE = 500


async def stored_messages(
    session: AsyncSession, keys: Keys, peers: Mapping[int, str], account: int, chat: int
) -> AsyncIterator[Message]:
    """The messages of one chat in the order of their numbers, as an import read them; cleaned where the raw text is no
    longer kept.

    Args:
        peers: of people by row id.
    """
    m = models.Message
    query = (
        select(m.id, m.at, m.sender_id, m.raw, m.edited_at, m.reply_to, m.reply_chat, m.forwarded, m.via_bot)
        .add_columns(m.business, m.media, m.details, m.clean)
        .where(m.account_id == account, m.chat_id == chat)
        .order_by(m.id)
        .execution_options(yield_per=AT_ONCE)
    )
    async for row in await session.stream(query):
        number, at, sender, raw, edited, reply_to, reply_chat, forwarded, via_bot, business, media, details, clean = row
        yield Message(
            chat=chat,
            id=number,
            at=int(at.timestamp()),
            sender=peers[sender],
            text=keys.unseal(raw) if raw else clean or "",
            edited=int(edited.timestamp()) if edited else None,
            reply_to=reply_to,
            reply_chat=reply_chat,
            forwarded=forwarded,
            via_bot=via_bot,
            business=business,
            media=media,
            details=orjson.loads(keys.unseal(details)) if details else None,
        )
