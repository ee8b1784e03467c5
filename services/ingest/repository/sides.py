"""Which side of the split a reply is on, as it was first decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models


class Sides:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of_chat(self, account_id: int, chat_id: int) -> dict[int, str]:
        """Id of a reply's first message -> side."""
        side = models.Side
        query = select(side.side, side.replies).where(side.account_id == account_id, side.chat_id == chat_id)
        return {reply: name for name, replies in await self._session.execute(query) for reply in replies}

    async def add(self, account_id: int, new: Mapping[tuple[int, str], Collection[int]]) -> None:
        """``new``: replies that have had no side, by chat and side."""
        if not new:
            return
        rows = [
            {"account_id": account_id, "chat_id": chat, "side": side, "replies": sorted(replies)}
            for (chat, side), replies in new.items()
        ]
        query = insert(models.Side).values(rows)
        more = {"replies": models.Side.replies.op("||")(query.excluded.replies)}
        key = ["account_id", "chat_id", "side"]
        await self._session.execute(query.on_conflict_do_update(index_elements=key, set_=more))
