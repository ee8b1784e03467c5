"""One worker a job, across machines: a lock that PostgreSQL drops when the worker's connection goes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from shared.database import Database
from shared.errors import Unavailable


@asynccontextmanager
async def only_worker(database: Database, job: str) -> AsyncIterator[None]:
    """Hold the lock of a job.

    Raises:
        Unavailable: another worker has it, or the database does not answer.
    """
    try:
        connection = await database.engine.connect()
    except OperationalError as error:
        raise Unavailable(
            "PostgreSQL does not answer.", hint="Check DATABASE_URL and that the database runs."
        ) from error
    try:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        taken = await connection.scalar(select(func.pg_try_advisory_lock(func.hashtext(f"ingest.job.{job}"))))
        if not taken:
            raise Unavailable(f"{job} is being worked on by another worker.")
        yield
    finally:
        await connection.invalidate()
        await connection.close()
