"""The composition root: ``uvicorn services.feedback.app:create_app --factory --port 8105``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.feedback.api import make_router
from services.feedback.datasets import preferences_in
from shared.database import Database
from shared.http import make_app
from shared.settings import Settings


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings()
    database = Database(settings)
    store = preferences_in(settings.anselm_home)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await database.close()

    return make_app(
        "feedback",
        settings,
        routers=[make_router(database, store)],
        ready={"postgres": database.ping},
        lifespan=lifespan,
    )
