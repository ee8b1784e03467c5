"""The audit log: rows are added, and removed only when they are older than is kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models


class Audit:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, row: models.Audit) -> None:
        self._session.add(row)
        await self._session.flush()

    async def page(self, before: int | None, since: datetime | None, limit: int) -> list[models.Audit]:
        """The newest first."""
        query = select(models.Audit).order_by(models.Audit.id.desc()).limit(limit)
        if before is not None:
            query = query.where(models.Audit.id < before)
        if since is not None:
            query = query.where(models.Audit.at >= since)
        return list(await self._session.scalars(query))

    async def expire(self, until: datetime) -> int:
        gone = await self._session.scalars(
            delete(models.Audit).where(models.Audit.at < until).returning(models.Audit.id)
        )
        return len(gone.all())
