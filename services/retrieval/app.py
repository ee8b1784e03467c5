"""The composition root: ``uvicorn services.retrieval.app:create_app --factory --port 8104``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from redis.asyncio import Redis as AsyncRedis

from services.retrieval.api import make_router
from services.retrieval.embeddings import Embedder, SentenceEmbedder
from services.retrieval.settings import RetrievalSettings
from shared.database import Database
from shared.http import job_router, make_app
from shared.jobs import JobBoard
from shared.queue import make_queue
from shared.sealing import Seal


def create_app(settings: RetrievalSettings | None = None, embedder: Embedder | None = None) -> FastAPI:
    settings = settings or RetrievalSettings()
    embedder = embedder or SentenceEmbedder(settings)
    database = Database(settings)
    redis = AsyncRedis.from_url(settings.broker_url)
    queue = make_queue("retrieval", settings)
    reports = JobBoard.of(settings)

    async def redis_answers() -> None:
        await redis.ping()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await database.close()
        await redis.aclose()
        reports.close()

    return make_app(
        "retrieval",
        settings,
        routers=[
            make_router(database, embedder, queue, reports),
            job_router(lambda: redis, Seal.of(settings)),
        ],
        ready={"postgres": database.ping, "redis": redis_answers, "embedding model": embedder.ready},
        lifespan=lifespan,
    )
