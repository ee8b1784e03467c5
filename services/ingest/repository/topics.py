"""Topics of forums. Their titles are sealed by the caller."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select, text
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

    async def forums(self, account: int) -> set[int]:
        """Ids of the chats that have topics."""
        query = select(models.Topic.chat_id).where(models.Topic.account_id == account).distinct()
        return set(await self._session.scalars(query))

    async def assign(self, account: int, chat: int) -> None:
        """Put the messages of a forum under their topics: what answers the message that opened one, and what answers
        such an answer in turn. Exports say no more of it."""
        query = text(
            "with recursive under(id, topic) as ("
            "select m.id, t.id from ingest.messages m join ingest.topics t "
            "on t.account_id = m.account_id and t.chat_id = m.chat_id and t.id = m.reply_to "
            "where m.account_id = :account and m.chat_id = :chat and m.reply_chat is null "
            "union select m.id, u.topic from ingest.messages m join under u on u.id = m.reply_to "
            "where m.account_id = :account and m.chat_id = :chat and m.reply_chat is null) "
            "update ingest.messages m set topic = u.topic from under u "
            "where m.account_id = :account and m.chat_id = :chat and m.id = u.id and m.topic is distinct from u.topic"
        )
        await self._session.execute(query, {"account": account, "chat": chat})
