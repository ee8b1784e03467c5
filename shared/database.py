"""Async SQLAlchemy over psycopg 3. One request or task is one transaction, opened at the edge; code below never commits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import MetaData, text
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import NullPool

from shared.errors import Invalid, StorageFull, Unavailable
from shared.settings import Settings

#: Constraint names that do not depend on the database, so that migrations can name them.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def base_for(schema: str) -> type[DeclarativeBase]:
    """The declarative base of one service: its own schema, its own metadata."""

    class Base(DeclarativeBase):
        metadata = MetaData(schema=schema, naming_convention=NAMING)

    return Base


class Database:
    """An engine and its transactions.

    Args:
        settings: where the database is.
        pooled: keep connections open between transactions. Tasks, which run an event loop each, must not.
    """

    def __init__(self, settings: Settings, *, pooled: bool = True) -> None:
        options = {"pool_size": 5, "max_overflow": 10, "pool_pre_ping": True} if pooled else {"poolclass": NullPool}
        self.engine: AsyncEngine = create_async_engine(
            settings.sqlalchemy_url, connect_args={"connect_timeout": 5}, hide_parameters=True, **options
        )
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end, rolled back on an error.

        Raises:
            Unavailable: the database does not answer.
            StorageFull: its disk is full.
            Invalid: a value cannot be stored, such as text with a NUL character.
        """
        try:
            async with self._sessions.begin() as session:
                yield session
        except DBAPIError as error:
            raise _translate(error) from error

    async def ping(self) -> None:
        """Raise ``Unavailable`` unless the database answers."""
        async with self.transaction() as session:
            await session.execute(text("select 1"))

    async def close(self) -> None:
        await self.engine.dispose()


def _translate(error: DBAPIError) -> Exception:
    state = getattr(error.orig, "sqlstate", None) or ""
    if isinstance(error, DataError):
        return Invalid("PostgreSQL cannot store a value of this request: text with a NUL character, or a number too large.")
    if state == "53100":
        return StorageFull("The database's disk is full.", hint="Free some space, then try again.")
    if error.connection_invalidated or isinstance(error, OperationalError) or state.startswith(("08", "57P")):
        return Unavailable("PostgreSQL does not answer.", hint="Check DATABASE_URL and that the database runs.")
    return error
