"""What somebody wrote lately, to tell in which language to write to them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models

#: Enough to tell a language by.
MESSAGES = 500


async def recent_texts(session: AsyncSession, person_id: int, chats: Sequence[int]) -> list[str]:
    """The newest clean texts of a person in these chats."""
    m = models.Message
    query = (
        select(m.clean)
        .where(m.sender_id == person_id, m.chat_id.in_(chats), m.clean.is_not(None), m.forwarded.is_(False))
        .order_by(m.at.desc(), m.id.desc())
        .limit(MESSAGES)
    )
    return [text for text in await session.scalars(query) if text is not None]
