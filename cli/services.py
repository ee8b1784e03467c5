"""The clients of all services, open for as long as a command needs them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from cli.settings import CliSettings, load
from shared.clients.feedback import FeedbackClient
from shared.clients.inference import InferenceClient
from shared.clients.ingest import IngestClient
from shared.clients.retrieval import RetrievalClient
from shared.clients.trainer import TrainerClient
from shared.settings import Settings

Result = TypeVar("Result")


@dataclass(frozen=True)
class Services:
    """One client a service, and the settings that they were made from."""

    ingest: IngestClient
    trainer: TrainerClient
    inference: InferenceClient
    retrieval: RetrievalClient
    feedback: FeedbackClient


@asynccontextmanager
async def connect(settings: Settings) -> AsyncIterator[Services]:
    """Clients of every service; nothing is sent before the first call."""
    async with AsyncExitStack() as stack:
        kinds = (IngestClient, TrainerClient, InferenceClient, RetrievalClient, FeedbackClient)
        yield Services(*[await stack.enter_async_context(kind(settings)) for kind in kinds])  # type: ignore[arg-type]


def call(work: Callable[[Services, str], Awaitable[Result]], persona: str | None = None) -> Result:
    """Run a command's work: connect, await it, disconnect.

    Args:
        work: takes the services and the name of the persona that the command is about.
        persona: unless given, the setting PERSONA.
    """
    settings = load(CliSettings)

    async def run() -> Result:
        async with connect(settings) as services:
            return await work(services, persona or settings.persona)

    return asyncio.run(run())
