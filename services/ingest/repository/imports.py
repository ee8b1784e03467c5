"""Imports: their state, their report and their cursor."""

from __future__ import annotations

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models
from shared.contracts.ingest import ImportReport
from shared.contracts.jobs import JobState
from shared.errors import NotFound

UNENDED = (JobState.QUEUED.value, JobState.RUNNING.value)


class Imports:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, import_id: str) -> models.Import:
        """
        Raises:
            NotFound: there is no such import.
        """
        found = await self._session.get(models.Import, import_id)
        if found is None:
            raise NotFound(f"There is no import {import_id!r}.", hint="List them with GET /v1/imports.")
        return found

    async def all(self) -> list[models.Import]:
        query = select(models.Import).order_by(models.Import.created_at.desc())
        return list(await self._session.scalars(query))

    async def unended(self, source: str | None = None) -> list[str]:
        """
        Args:
            source: export, or pull; unless given, both.
        """
        query = select(models.Import.id).where(models.Import.state.in_(UNENDED))
        if source is not None:
            query = query.where(models.Import.source == source)
        return list(await self._session.scalars(query.order_by(models.Import.created_at)))

    async def same(self, sha256: str, consent: bool) -> models.Import | None:
        """An import of the same bytes that has not ended."""
        query = select(models.Import).where(
            models.Import.sha256 == sha256, models.Import.consent == consent, models.Import.state.in_(UNENDED)
        )
        return (await self._session.scalars(query)).first()

    async def last_of(self, row: models.Import) -> models.Import | None:
        """The import of the same bytes before this one, if nothing came between that may have changed a message: no
        other import of the account, and nobody was ever forgotten."""
        same = select(models.Import).where(
            models.Import.sha256 == row.sha256, models.Import.state == JobState.DONE, models.Import.id != row.id
        )
        found = await self._session.scalar(same.order_by(models.Import.finished_at.desc()).limit(1))
        if found is None:
            return None
        others = select(models.Import.id).where(
            models.Import.account_id == found.account_id,
            models.Import.id.not_in([found.id, row.id]),
            or_(models.Import.finished_at.is_(None), models.Import.finished_at > found.created_at),
        )
        forgotten = select(models.Tombstone.hash)
        if await self._session.scalar(others.limit(1)) or await self._session.scalar(forgotten.limit(1)):
            return None
        return found

    async def repeat(self, import_id: str, account_id: int | None, report: ImportReport) -> None:
        """Begin an import whose report is known."""
        query = update(models.Import).where(models.Import.id == import_id)
        values = {"state": JobState.RUNNING, "account_id": account_id, "report": report.model_dump(mode="json")}
        await self._session.execute(query.values(**values))

    async def add(self, row: models.Import) -> models.Import:
        self._session.add(row)
        await self._session.flush()
        await self._session.refresh(row)
        return row

    async def begin(self, import_id: str, account_id: int) -> None:
        query = update(models.Import).where(models.Import.id == import_id, models.Import.state.in_(UNENDED))
        await self._session.execute(query.values(state=JobState.RUNNING, account_id=account_id))

    async def advance(self, import_id: str, old: int, new: int, report: ImportReport) -> bool:
        """Move the cursor, unless somebody else did; then nothing is changed and the answer is no."""
        query = (
            update(models.Import)
            .where(models.Import.id == import_id, models.Import.cursor == old, models.Import.state == JobState.RUNNING)
            .values(cursor=new, report=report.model_dump(mode="json"))
            .returning(models.Import.id)
        )
        return (await self._session.scalar(query)) is not None

    async def end(self, import_id: str, state: JobState, error: str | None = None) -> None:
        query = update(models.Import).where(models.Import.id == import_id, models.Import.state.in_(UNENDED))
        await self._session.execute(query.values(state=state, error=error, finished_at=func.now()))
