"""The composition root of the gateway: ``uvicorn services.inference.app:create_app --factory``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from redis.asyncio import Redis

from services.inference import api
from services.inference.admission import Admission
from services.inference.backends.base import Backend
from services.inference.backends.openai_server import OpenAIServer
from services.inference.backends.transformers_serve import TransformersBackend
from services.inference.backends.vllm import VllmBackend
from services.inference.chat import Chat
from services.inference.memory import Memory
from services.inference.metrics import Metrics
from services.inference.routing import Router
from services.inference.settings import InferenceSettings
from services.inference.watch import follow_registry
from shared.clients.retrieval import RetrievalClient
from shared.clients.trainer import TrainerClient
from shared.http import make_app
from shared.queue import make_queue


def create_app(settings: InferenceSettings | None = None) -> FastAPI:
    """The gateway. Holds nothing that is not read again at the next start."""
    settings = settings or InferenceSettings()
    backend = make_backend(settings)
    trainer, retrieval = TrainerClient(settings), RetrievalClient(settings)
    redis = Redis.from_url(settings.broker_url)

    async def redis_answers() -> None:
        await redis.ping()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for close in (redis.aclose, retrieval.close, trainer.close, backend.close):
                stack.push_async_callback(close)
            following = asyncio.create_task(follow_registry(chat.router, redis, settings.registry_interval))
            stack.callback(following.cancel)
            yield

    app = make_app(
        "inference",
        settings,
        routers=[api.router],
        ready={"model server": backend.ready, "trainer": trainer.ping, "redis": redis_answers},
        lifespan=lifespan,
    )
    metrics = Metrics(app.state.metrics)
    chat = Chat(
        router=Router(trainer, backend, metrics, release_after=settings.release_after),
        backend=backend,
        memory=Memory(retrieval, make_queue("inference", settings), settings, metrics),
        admission=Admission(settings.max_in_flight, metrics.in_flight),
        settings=settings,
        metrics=metrics,
    )
    app.state.chat = chat
    return app


def make_backend(settings: InferenceSettings) -> Backend:
    """The client of the model server that the settings name."""
    kind = VllmBackend if settings.backend == "vllm" else TransformersBackend
    server = OpenAIServer(settings.model_server_url, settings.model_server_key.get_secret_value())
    return kind(server, prepare_timeout=settings.prepare_timeout.total_seconds())
