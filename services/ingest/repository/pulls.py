"""How far chats were pulled, and what Telegram no longer has."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models

#: ``source`` of an import: a file of Telegram Desktop, or fetched from Telegram.
EXPORTED, PULLED = "export", "pull"


class Pulls:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def account(self, owner: bytes) -> int | None:
        """The account of an owner who is known by this hash of their peer."""
        query = select(models.Account.id).join(models.Person, models.Person.id == models.Account.owner_id)
        return await self._session.scalar(query.where(models.Person.peer_hash == owner))

    async def pseudonym(self, peer: bytes) -> str | None:
        query = select(models.Person.pseudonym).where(models.Person.peer_hash == peer)
        return await self._session.scalar(query)

    async def cursors(self, account_id: int | None) -> dict[int, int]:
        """Chat id -> the highest message id of an ended pull, for every chat that was pulled."""
        query = select(models.Chat.id, models.Chat.pulled_to).where(
            models.Chat.account_id == account_id, models.Chat.pulled_to.is_not(None)
        )
        return dict((await self._session.execute(query)).all())  # type: ignore[arg-type]

    async def move(self, account_id: int, chat_id: int, pulled_to: int) -> None:
        """Move a cursor, never back."""
        query = update(models.Chat).where(models.Chat.account_id == account_id, models.Chat.id == chat_id)
        await self._session.execute(query.values(pulled_to=func.greatest(models.Chat.pulled_to, pulled_to)))

    async def below_newest(self, account_id: int | None, chat_id: int, until: int, count: int) -> int:
        """The id below the ``count`` newest stored messages of those up to ``until``."""
        m = models.Message
        newest = select(m.id).where(m.account_id == account_id, m.chat_id == chat_id, m.id <= until, m.id > 0)
        lowest = select(func.min(newest.order_by(m.id.desc()).limit(count).subquery().c.id))
        found = await self._session.scalar(lowest)
        return until if found is None else found - 1

    async def remove_missing(
        self, account_id: int, chat_id: int, after: int, until: int, there: Sequence[int]
    ) -> list[int]:
        """Delete the stored messages above ``after`` and up to ``until`` that are not ``there``; their ids."""
        query = text(
            "delete from ingest.messages m where m.account_id = :account and m.chat_id = :chat "
            "and m.id > :after and m.id <= :until "
            "and not exists (select from unnest(cast(:there as bigint[])) as kept(id) where kept.id = m.id) "
            "returning m.id"
        )
        arguments = {"account": account_id, "chat": chat_id, "after": after, "until": until, "there": list(there)}
        return sorted(await self._session.scalars(query, arguments))
