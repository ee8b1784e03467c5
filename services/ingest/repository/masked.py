"""Messages in which something was masked, as their clean text tells."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models

NAME = "name"
#: In PostgreSQL's dialect: what masking leaves, the kind in the first group; a pseudonym has none.
MASK = r"<([a-z][a-z_]*)>|\muser_[0-9A-Za-z]{4,}\M"
PSEUDONYM = r"\muser_[0-9A-Za-z]{4,}\M"


class MaskedMessage(NamedTuple):
    account: int
    chat: int
    id: int
    at: datetime
    raw: bytes
    details: bytes | None

    @property
    def key(self) -> tuple[int, int, int]:
        return self.account, self.chat, self.id


class MaskedMessages:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def counts(self, chat: int | None) -> dict[str, int]:
        """Masked strings by kind."""
        query = text(
            "select coalesce(found[1], :name) as kind, count(*) from ingest.messages, "
            "regexp_matches(clean, :mask, 'g') as found where :chat is null or chat_id = :chat group by 1 order by 1"
        ).bindparams(bindparam("chat", type_=BigInteger))
        rows = await self._session.execute(query, {"name": NAME, "mask": MASK, "chat": chat})
        return dict(rows.all())

    async def newest(self, kind: str, chat: int | None, limit: int) -> list[MaskedMessage]:
        m = models.Message
        has_it = m.clean.regexp_match(PSEUDONYM) if kind == NAME else m.clean.contains(f"<{kind}>", autoescape=True)
        query = select(m.account_id, m.chat_id, m.id, m.at, m.raw, m.details).where(has_it, m.raw.is_not(None))
        if chat is not None:
            query = query.where(m.chat_id == chat)
        rows = await self._session.execute(query.order_by(m.at.desc(), m.id.desc()).limit(limit))
        return [
            MaskedMessage(account, in_chat, id_, at, raw, details)
            for account, in_chat, id_, at, raw, details in rows
            if raw
        ]
