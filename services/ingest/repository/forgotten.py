"""Removing a person, the tombstone that keeps them away, and what other services still have to be told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models


class Forgotten:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def tombstone(self, pseudonym: str) -> models.Tombstone | None:
        return await self._session.scalar(select(models.Tombstone).where(models.Tombstone.pseudonym == pseudonym))

    async def bury(self, peer_hash: bytes, pseudonym: str, receipt: list[dict[str, Any]]) -> None:
        self._session.add(models.Tombstone(peer_hash=peer_hash, pseudonym=pseudonym, receipt=receipt))
        await self._session.flush()

    async def message_ids(self, person_id: int, chats: Sequence[int] | None = None) -> list[str]:
        """``chat:message`` of everything that a person wrote (in these chats, or any)."""
        query = select(models.Message.chat_id, models.Message.id).where(models.Message.sender_id == person_id)
        if chats is not None:
            query = query.where(models.Message.chat_id.in_(chats))
        rows = await self._session.execute(query.order_by(models.Message.chat_id, models.Message.id))
        return [f"{chat}:{number}" for chat, number in rows]

    async def mentions(self, pseudonym: str) -> Sequence[models.Message]:
        """Messages of others in which a person is named."""
        query = select(models.Message).where(models.Message.clean.contains(pseudonym, autoescape=True))
        return (await self._session.scalars(query)).all()

    async def remove(self, person_id: int, pseudonym: str) -> dict[str, int]:
        """Delete a person with their messages and consents, and the private chats that were theirs alone to name."""
        own = select(models.Message.account_id, models.Message.chat_id).where(models.Message.sender_id == person_id)
        chats = {(account, chat) for account, chat in await self._session.execute(own.distinct())}
        messages = await self._count(delete(models.Message).where(models.Message.sender_id == person_id))
        consents = await self._count(delete(models.Consent).where(models.Consent.person_id == person_id))
        await self._unname(chats)
        await self._session.execute(delete(models.Person).where(models.Person.id == person_id))
        return {"messages": messages, "consents": consents}

    async def _unname(self, chats: set[tuple[int, int]]) -> None:
        """A private chat is named after the person: the name goes with them."""
        for account, chat in chats:
            row = await self._session.get_one(models.Chat, (account, chat))
            if row.type in ("personal_chat", "bot_chat"):
                row.name = None
        await self._session.flush()

    async def _count(self, statement: Any) -> int:
        return len((await self._session.execute(statement.returning(text("1")))).all())

    async def notify(self, service: str, subject: str, payload: dict[str, Any]) -> None:
        self._session.add(models.Notice(service=service, subject=subject, payload=payload))
        await self._session.flush()

    async def notices(self) -> Sequence[models.Notice]:
        return (await self._session.scalars(select(models.Notice).order_by(models.Notice.id))).all()

    async def delivered(self, notice_id: int) -> None:
        await self._session.execute(delete(models.Notice).where(models.Notice.id == notice_id))

    async def waiting(self) -> int:
        return await self._session.scalar(select(func.count()).select_from(models.Notice)) or 0
