"""Retrieval on a real PostgreSQL and a real Valkey, with a fake ingest and an embedder without a model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from redis import Redis

from services.retrieval.app import create_app
from services.retrieval.embeddings import Embedder
from services.retrieval.indexing import JOB_KIND, Indexer
from services.retrieval.settings import RetrievalSettings
from shared.clients.ingest import IngestClient
from shared.clients.retrieval import RetrievalClient
from shared.contracts.ingest import Exchange
from shared.contracts.retrieval import IndexRequest, Turn
from shared.database import Database
from shared.jobs import JobBoard, JobReporter
from shared.settings import Settings
from tests.peers.embedder import WordEmbedder
from tests.peers.ingest import FakeIngest

BEGAN = datetime(2026, 5, 1, 12, tzinfo=UTC)


def exchange(
    number: int,
    context: str,
    reply: str,
    *,
    people: tuple[str, ...] = ("user_mira",),
    chat: int = 1,
    held_out: bool = False,
) -> Exchange:
    return Exchange(
        id=f"x{number:04}",
        chat=chat,
        at=BEGAN + timedelta(minutes=number),
        context=context,
        reply=reply,
        message_ids=[f"{chat}:{2 * number}", f"{chat}:{2 * number + 1}"],
        people=["user_anselm", *people],
        held_out=held_out,
    )


def turn(number: int, *, person: str = "telegram-7", conversation: str = "chat-7", persona: str = "anselm") -> Turn:
    return Turn(
        key=f"{persona}-{conversation}-{person}-{number}",
        persona=persona,
        conversation=conversation,
        person=person,
        message=f"question {number}",
        reply=f"answer {number}",
        adapter="anselm-v1",
        at=BEGAN + timedelta(minutes=number),
    )


@dataclass
class House:
    """Retrieval with everything around it."""

    settings: RetrievalSettings
    database: Database
    embedder: Embedder
    ingest: FakeIngest
    redis: Redis
    client: RetrievalClient

    async def index(
        self, persona: str = "anselm", *, job: str = "index-1", chats: list[int] | None = None, page: int = 4
    ) -> JobReporter:
        """Run the indexing that the task runs."""
        reporter = JobReporter(JobBoard.of(self.settings), job, JOB_KIND)
        async with IngestClient(self.settings, self.ingest.transport) as client:
            indexer = Indexer(self.database, client, self.embedder, reporter, page)
            await indexer.index(IndexRequest(persona=persona, chats=chats))
        return reporter


@pytest.fixture
def embedder() -> Embedder:
    return WordEmbedder()


@pytest.fixture
async def house(settings: Settings, embedder: Embedder) -> AsyncIterator[House]:
    own = RetrievalSettings(_env_file=None, **settings.model_dump())
    app = create_app(own, embedder)
    redis = Redis.from_url(own.broker_url)
    redis.flushdb()
    database = Database(own)
    async with app.router.lifespan_context(app), RetrievalClient(own, httpx.ASGITransport(app)) as client:
        yield House(own, database, embedder, FakeIngest(), redis, client)
    await database.close()
    redis.close()
