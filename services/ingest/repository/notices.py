"""Receipts of forgetting, and whom there is still something to tell."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest.models import Forgetting, Notice
from shared.errors import NotFound


class Notices:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, service: str, payload: dict[str, Any], forgetting: str | None = None) -> None:
        self._session.add(Notice(service=service, payload=payload, forgetting=forgetting))
        await self._session.flush()

    async def next(self, forgetting: str | None, without: Collection[str]) -> Notice | None:
        """The oldest that waits for a place which is not among those."""
        query = select(Notice).where(Notice.forgetting.is_not_distinct_from(forgetting), Notice.service.not_in(without))
        return await self._session.scalar(query.order_by(Notice.id).limit(1))

    async def get(self, number: int) -> Notice:
        return await self._session.get_one(Notice, number, with_for_update=True)

    async def delivered(self, notice: Notice) -> None:
        await self._session.delete(notice)
        await self._session.flush()

    async def waiting(self, forgetting: str | None) -> list[str]:
        """The places, each once, in the order in which they are told."""
        query = select(Notice.service).where(Notice.forgetting.is_not_distinct_from(forgetting)).order_by(Notice.id)
        return list(dict.fromkeys(await self._session.scalars(query)))


class Forgettings:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, row: Forgetting) -> Forgetting:
        self._session.add(row)
        await self._session.flush()
        return row

    async def get(self, number: str, *, lock: bool = False) -> Forgetting:
        """
        Raises:
            NotFound: there is no such receipt.
        """
        found = await self._session.get(Forgetting, number, with_for_update=lock)
        if found is None:
            raise NotFound(f"There is no receipt {number!r}.", hint="It is the id that forgetting printed.")
        return found

    async def of(self, marks: Sequence[bytes]) -> Forgetting | None:
        """The newest about whoever is known by one of these marks."""
        query = select(Forgetting).where(Forgetting.marks.overlap(list(marks))).order_by(Forgetting.at.desc()).limit(1)
        return await self._session.scalar(query)

    async def unfinished(self) -> list[str]:
        """Those with a place still to be told."""
        query = select(Notice.forgetting).where(Notice.forgetting.is_not(None)).group_by(Notice.forgetting)
        return [number for number in await self._session.scalars(query.order_by(func.min(Notice.id))) if number]
