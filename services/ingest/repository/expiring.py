"""Raw text that is no longer kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models

#: Account, chat and number of a message.
Key = tuple[int, int, int]

FIRST: Key = (0, -(2**63), -(2**63))


async def drop_raw(session: AsyncSession, until: datetime, after: Key, limit: int) -> list[Key]:
    """Take raw text and details from the next messages whose import ended before ``until``; their clean text stays.

    Args:
        after: where the last batch ended.
    """
    m = models.Message
    key = tuple_(m.account_id, m.chat_id, m.id)
    old = select(models.Import.id).where(models.Import.finished_at < until)
    batch = (
        select(m.account_id, m.chat_id, m.id)
        .where(key > after, m.import_id.in_(old), or_(m.raw.is_not(None), m.details.is_not(None)))
        .order_by(m.account_id, m.chat_id, m.id)
        .limit(limit)
    )
    dropped = update(m).where(key.in_(batch)).values(raw=None, details=None).returning(m.account_id, m.chat_id, m.id)
    rows = await session.execute(dropped.execution_options(synchronize_session=False))
    return sorted((account, chat, number) for account, chat, number in rows)
