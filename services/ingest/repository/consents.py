"""The consent ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models
from shared.contracts.ingest import Purpose


class Consents:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def grant(
        self, account_id: int, chats: Iterable[int], person_id: int, purposes: Iterable[Purpose], evidence: bytes
    ) -> None:
        """Add what is not granted already."""
        rows = [
            {
                "account_id": account_id,
                "chat_id": chat,
                "person_id": person_id,
                "purpose": purpose.value,
                "evidence": evidence,
            }
            for chat in chats
            for purpose in dict.fromkeys(purposes)
        ]
        if rows:
            await self._session.execute(insert(models.Consent).values(rows).on_conflict_do_nothing())

    async def revoke(self, person_id: int, chat_id: int | None) -> list[models.Consent]:
        """Close every open consent of a person (in one chat, or all), and return those."""
        query = update(models.Consent).where(models.Consent.person_id == person_id, models.Consent.revoked_at.is_(None))
        if chat_id is not None:
            query = query.where(models.Consent.chat_id == chat_id)
        query = query.values(revoked_at=func.clock_timestamp()).returning(models.Consent)
        return list(await self._session.scalars(query))

    async def all(self, person_id: int | None = None) -> Sequence[models.Consent]:
        query = select(models.Consent).order_by(models.Consent.id)
        if person_id is not None:
            query = query.where(models.Consent.person_id == person_id)
        return (await self._session.scalars(query)).all()

    async def allowed(self, account_id: int, purpose: Purpose) -> dict[int, frozenset[int]]:
        """Chat id -> ids of the people whose words in it may be used for the purpose now."""
        query = select(models.Consent.chat_id, models.Consent.person_id).where(
            models.Consent.account_id == account_id,
            models.Consent.purpose == purpose,
            models.Consent.revoked_at.is_(None),
        )
        found: dict[int, set[int]] = {}
        for chat, person in await self._session.execute(query):
            found.setdefault(chat, set()).add(person)
        return {chat: frozenset(people) for chat, people in found.items()}
