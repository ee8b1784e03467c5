"""The composition root: ``uvicorn services.ingest.app:create_app --factory``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from redis.asyncio import Redis as AsyncRedis

from services.ingest.api import Rooms, router
from services.ingest.audit_api import router as audit_router
from services.ingest.custody_api import router as custody_router
from services.ingest.forgetting import withdrawal_of
from services.ingest.keys import load_keys
from services.ingest.pulling.api import router as telegram_router
from services.ingest.settings import IngestSettings
from shared.database import Database
from shared.errors import Unavailable
from shared.http import job_router, make_app
from shared.jobs import JobBoard
from shared.queue import make_queue
from shared.sealing import Seal


def create_app(settings: IngestSettings | None = None) -> FastAPI:
    settings = settings or IngestSettings()
    database = Database(settings)
    redis = AsyncRedis.from_url(settings.broker_url)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with withdrawal_of(settings, database, load_keys(settings.key_file)) as withdrawal:
            app.state.rooms = Rooms(withdrawal, make_queue("ingest", settings), JobBoard.of(settings))
            yield
        await database.close()
        await redis.aclose()

    async def redis_answers() -> None:
        await redis.ping()

    async def home_is_writable() -> None:
        settings.uploads.mkdir(parents=True, exist_ok=True)
        probe = settings.uploads / ".probe"
        try:
            probe.touch()
            probe.unlink(missing_ok=True)
        except OSError as error:
            raise Unavailable(f"{settings.uploads} cannot be written: {error.strerror}.") from error

    return make_app(
        "ingest",
        settings,
        routers=[router, custody_router, audit_router, telegram_router, job_router(lambda: redis, Seal.of(settings))],
        ready={"database": database.ping, "redis": redis_answers, "home": home_is_writable},
        lifespan=lifespan,
    )
