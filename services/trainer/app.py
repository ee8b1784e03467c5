"""The composition root: ``uvicorn services.trainer.app:create_app --factory --port 8102``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from redis.asyncio import Redis as AsyncRedis

from services.trainer import base_model
from services.trainer.api import Rooms, router
from services.trainer.cleaning import Cleaner
from services.trainer.publishing import Publisher
from services.trainer.registry import Registry
from services.trainer.run_gauges import RunGauges
from services.trainer.settings import TrainerSettings
from services.trainer.starting import Starter
from shared.clients.ingest import IngestClient
from shared.database import Database
from shared.http import job_router, make_app
from shared.jobs import JobBoard
from shared.queue import make_queue
from shared.sealing import Seal


def create_app(settings: TrainerSettings | None = None) -> FastAPI:
    settings = settings or TrainerSettings()
    database = Database(settings)
    redis = AsyncRedis.from_url(settings.broker_url)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with IngestClient(settings) as ingest:
            jobs = JobBoard.of(settings)
            starter = Starter(settings, database, ingest, make_queue("trainer", settings), jobs)
            publisher = Publisher(settings, database, ingest)
            registry, cleaner = Registry(settings, database, redis), Cleaner(settings, database)
            app.state.rooms = Rooms(starter, registry, cleaner, publisher)
            yield
            jobs.close()
        await database.close()
        await redis.aclose()

    async def redis_answers() -> None:
        await redis.ping()

    async def runs_stand() -> None:
        await gauges.look(database, redis, Seal.of(settings))

    async def base_model_is_there() -> None:
        base_model.locate(settings)

    app = make_app(
        "trainer",
        settings,
        routers=[router, job_router(lambda: redis, Seal.of(settings))],
        ready={"database": database.ping, "redis": redis_answers, "base_model": base_model_is_there},
        lifespan=lifespan,
        before_metrics=runs_stand,
    )
    gauges = RunGauges(app.state.metrics)
    return app
