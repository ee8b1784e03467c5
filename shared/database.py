"""Async SQLAlchemy over psycopg 3.

One request or task is one transaction, opened at the edge; code below never commits.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
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

#: SQLSTATEs of work that another transaction stood in the way of: serialization failure, deadlock, lock not available.
BUSY = frozenset({"40001", "40P01", "55P03"})

#: Beginnings of SQLSTATEs that mean that the server is gone, going, or full of connections.
GONE = ("08", "57P", "53300")


class Database:
    """An engine and its transactions.

    Args:
        settings: where the database is.
        pooled: keep connections open between transactions. For what lives no longer than its event loop.
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
            raise _translate(error.orig, error) from error
        except psycopg.Error as error:  # from COPY and other work on the driver's own connection
            raise _translate(error, error) from error
        except PoolTimeoutError as error:
            raise Unavailable("The database has no connection free.", hint="Try again in a moment.") from error

    async def ping(self) -> None:
        """Raise ``Unavailable`` unless the database answers."""
        async with self.transaction() as session:
            await session.execute(text("select 1"))

    async def close(self) -> None:
        await self.engine.dispose()


def _translate(cause: BaseException | None, error: Exception) -> Exception:
    """The error of the tree for what PostgreSQL reported; ``error`` itself where it is a fault of ours."""
    state = getattr(cause, "sqlstate", None) or ""
    if isinstance(cause, psycopg.DataError):
        return Invalid("PostgreSQL cannot store a value of this: text with a NUL character, or a number too large.")
    if state == "53100":
        return StorageFull("The database's disk is full.", hint="Free some space, then try again.")
    if state in BUSY:
        return Unavailable("The database was too busy for this.", hint="Try again in a moment.")
    unreachable = isinstance(cause, psycopg.OperationalError) and not state
    if unreachable or state.startswith(GONE):
        return Unavailable("PostgreSQL does not answer.", hint="Check DATABASE_URL and that the database runs.")
    return error
