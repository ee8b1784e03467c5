"""The composition root: ``uvicorn services.ingest.app:create_app --factory``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from redis.asyncio import Redis as AsyncRedis

from services.ingest.api import Rooms, builder, router
from services.ingest.audit_api import router as audit_router
from services.ingest.custody_api import router as custody_router
from services.ingest.forgetting.withdrawing import withdrawal_of
from services.ingest.keys import load_keys
from services.ingest.privacy_api import router as privacy_router
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
        queue, jobs = make_queue("ingest", settings), JobBoard.of(settings)
        keys = load_keys(settings.key_file)
        async with withdrawal_of(settings, database, keys, builder(queue, jobs)) as withdrawal:
            app.state.rooms = Rooms(withdrawal, queue, jobs)
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

    jobs_router = job_router(lambda: redis, Seal.of(settings))
    return make_app(
        "ingest",
        settings,
        routers=[router, custody_router, privacy_router, audit_router, telegram_router, jobs_router],
        ready={"database": database.ping, "redis": redis_answers, "home": home_is_writable},
        lifespan=lifespan,
    )
