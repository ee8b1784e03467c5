"""Every sealed value of the database, for moving it to another key. Which columns those are, the models say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table, and_, bindparam, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models

#: Primary key of a row.
Key = tuple[Any, ...]


@dataclass(frozen=True)
class SealedColumn:
    table: Table
    column: Column[bytes]

    @property
    def key(self) -> list[Column[Any]]:
        return list(self.table.primary_key.columns)


def sealed_columns() -> Iterator[SealedColumn]:
    for table in models.Base.metadata.sorted_tables:
        yield from (SealedColumn(table, column) for column in table.columns if isinstance(column.type, models.Sealed))


class SealedValues:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def count(self) -> int:
        counts = [await self._session.scalar(select(func.count(sealed.column))) for sealed in sealed_columns()]
        return sum(count or 0 for count in counts)

    async def after(self, sealed: SealedColumn, key: Key | None, limit: int) -> list[tuple[Key, bytes]]:
        """The next values of a column in the order of their rows, each with its row's key."""
        query = select(*sealed.key, sealed.column).where(sealed.column.is_not(None)).order_by(*sealed.key).limit(limit)
        if key is not None:
            query = query.where(tuple_(*sealed.key) > key)
        return [(tuple(row[:-1]), row[-1]) for row in await self._session.execute(query)]

    async def replace(self, sealed: SealedColumn, changes: Sequence[tuple[Key, bytes, bytes]]) -> None:
        """Put new values in the place of old ones. One that somebody changed in the meantime stays as it is."""
        row = and_(*(column == bindparam(f"key_{column.name}") for column in sealed.key))
        unchanged = sealed.column == bindparam("old")
        statement = update(sealed.table).where(row, unchanged).values({sealed.column: bindparam("new")})
        rows = [
            {**{f"key_{c.name}": part for c, part in zip(sealed.key, key, strict=True)}, "old": old, "new": new}
            for key, old, new in changes
        ]
        if rows:
            await (await self._session.connection()).execute(statement, rows)
