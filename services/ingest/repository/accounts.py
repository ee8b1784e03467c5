"""Accounts: whose histories these are."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models


class Accounts:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of(self, owner_id: int) -> int:
        """The owner's account, made when there is none."""
        query = select(models.Account.id).where(models.Account.owner_id == owner_id)
        found = await self._session.scalar(query)
        if found is not None:
            return found
        account = models.Account(owner_id=owner_id)
        self._session.add(account)
        await self._session.flush()
        return account.id

    async def owners(self) -> dict[int, int]:
        """Account id -> the owner's person id."""
        rows = await self._session.execute(
            select(models.Account.id, models.Account.owner_id).order_by(models.Account.id)
        )
        return dict(rows.all())
