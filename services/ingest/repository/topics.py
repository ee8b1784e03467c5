"""Topics of forums. Their titles are sealed by the caller."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models


class Topics:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, account: int, titles: Mapping[int, Mapping[int, bytes]]) -> None:
        """``titles`` by chat and number; a topic that is known takes the new title."""
        rows = [
            {"account_id": account, "chat_id": chat, "id": number, "title": title}
            for chat, topics in titles.items()
            for number, title in topics.items()
        ]
        query = insert(models.Topic)
        query = query.on_conflict_do_update(
            index_elements=["account_id", "chat_id", "id"], set_={"title": query.excluded.title}
        )
        if rows:
            await (await self._session.connection()).execute(query, rows)

    async def of(self, account: int, chat: int) -> list[tuple[int, bytes]]:
        """Number and title of each, in the order of their numbers."""
        topic = models.Topic
        query = select(topic.id, topic.title).where(topic.account_id == account, topic.chat_id == chat)
        return [(number, title) for number, title in await self._session.execute(query.order_by(topic.id))]
