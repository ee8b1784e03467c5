"""Ingest on a real PostgreSQL and a real Valkey, with fakes of the services that it tells about forgetting."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from sqlalchemy import text

from services.ingest.api import builder
from services.ingest.app import create_app
from services.ingest.building import build_dataset
from services.ingest.forgetting.withdrawing import Withdrawal
from services.ingest.importing import import_export
from services.ingest.keys import load_keys
from services.ingest.pulling.server import TelegramServer
from services.ingest.settings import IngestSettings
from services.ingest.stage import Stage
from shared.clients.feedback import FeedbackClient
from shared.clients.ingest import IngestClient
from shared.clients.retrieval import RetrievalClient
from shared.clients.trainer import TrainerClient
from shared.contracts.base import Receipt, Removed
from shared.contracts.ingest import ConsentGrant, Dataset, DatasetRequest, Import, Purpose
from shared.contracts.jobs import JobState
from shared.contracts.trainer import Run
from shared.database import Database
from shared.jobs import JobBoard, JobReporter
from shared.settings import Settings
from tests.peers.mtproto import MtProto
from tests.peers.mtproto.methods import API_HASH, API_ID

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "examples"
SAMPLE = EXAMPLES / "anselm" / "result.json"
NEW_RUN = {
    "id": "run-1", "stage": "sft", "persona": "ada", "state": "queued", "dataset": "ada-d2", "adapter": None,
    "preferences": None, "base_model": "tiny", "recipe": {}, "metrics": {}, "attempts": 0, "error": None,
    "created_at": "2026-05-01T12:00:00Z", "finished_at": None,
}  # fmt: skip
BOTH = [Purpose.TRAIN, Purpose.RETRIEVE]


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """For a process of an installation: this one's environment, and what leads to its database and its queue."""
    own = {
        "PYTHONPATH": str(ROOT),
        "ANSELM_HOME": str(settings.anselm_home),
        "DATABASE_URL": settings.database_url,
        "POSTGRES_PASSWORD": settings.postgres_password.get_secret_value(),
        "REDIS_URL": settings.redis_url,
        "REDIS_PASSWORD": settings.redis_password.get_secret_value(),
        "SERVICE_TOKEN": settings.service_token.get_secret_value(),
    }
    return {**os.environ, **own, **more}


@dataclass
class Neighbours:
    """A trainer, a retrieval and a feedback service that note what they are told; ``down`` makes one unreachable."""

    tainted: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    subjects: list[dict[str, Any]] = field(default_factory=list)
    started: list[dict[str, Any]] = field(default_factory=list)
    adapters: list[dict[str, Any]] = field(default_factory=list)
    held: list[dict[str, Any]] = field(default_factory=list)
    down: set[str] = field(default_factory=set)

    def answer(self, request: httpx.Request) -> httpx.Response:
        service = {8102: "trainer", 8104: "retrieval", 8105: "feedback"}[request.url.port or 0]
        if service in self.down:
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response(200, json=getattr(self, f"_{service}")(request))

    def _trainer(self, request: httpx.Request) -> Any:
        path, dry = request.url.path, request.url.params.get("dry_run") == "true"
        if path.endswith("/taint"):
            data = path.split("/")[3]
            self.tainted += [] if dry else [data]
            return [one for one in self.adapters if one["dataset"] == data]
        if path == "/v1/runs":
            self.started.append(json.loads(request.content))
            return Run.model_validate(NEW_RUN).model_dump(mode="json")
        return self.adapters if path == "/v1/adapters" else []

    def _retrieval(self, request: httpx.Request) -> Any:
        if request.url.path == "/v1/held":
            return self.held
        asked = json.loads(request.content)
        ids = asked["message_ids"] or []
        if request.url.params.get("dry_run") != "true":
            self.forgotten += ids
            self.subjects += [] if ids else [asked]
        removed = [Removed(service="retrieval", what="exchanges", count=len(ids) or 2)]
        return Receipt(subject="somebody", removed=removed).model_dump()

    def _feedback(self, request: httpx.Request) -> Any:
        if request.url.path == "/v1/held":
            return []
        removed = [Removed(service="feedback", what="ratings", count=3)]
        return Receipt(subject="somebody", removed=removed, datasets=["ada-dpo1"]).model_dump()


@dataclass
class World:
    """The service from outside (``client``), and its worker to be run by hand."""

    settings: IngestSettings
    database: Database
    client: IngestClient
    neighbours: Neighbours
    jobs: Redis
    withdrawal: Withdrawal

    def reporter(self, job: str, kind: str) -> JobReporter:
        return JobReporter(JobBoard.of(self.settings), job, kind)

    def stage(self, job: str, kind: str = "import") -> Stage:
        return Stage(self.settings, self.database, load_keys(self.settings.key_file), self.reporter(job, kind))

    async def import_file(self, file: Path, *, consent: bool = True, owner: str | None = None) -> Import:
        """Upload, work, and look: an import that has ended."""
        queued = await self.client.upload(file, consent=consent, owner=owner)
        assert queued.state == JobState.QUEUED
        await import_export(self.stage(queued.id), queued.id)
        return await self.client.get_import(queued.id)

    async def import_export(
        self, export: dict[str, Any], folder: Path, name: str = "result.json", **options: Any
    ) -> Import:
        file = folder / name
        file.write_text(json.dumps(export, ensure_ascii=False))
        return await self.import_file(file, **options)

    async def build(self, request: DatasetRequest) -> Dataset:
        queued = await self.client.build_dataset(request)
        await build_dataset(self.stage(queued.name, "dataset"), queued.name)
        return await self.client.dataset(queued.name)

    async def grant_sample(self) -> None:
        for grant in json.loads((EXAMPLES / "anselm" / "consents.json").read_text()):
            await self.client.grant(ConsentGrant.model_validate(grant))

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        async with self.database.transaction() as session:
            return [tuple(row) for row in await session.execute(text(query))]


@pytest.fixture
async def world(settings: Settings, database: Database) -> AsyncIterator[World]:
    async with open_world(
        IngestSettings(**settings.model_dump(), _env_file=None, import_batch=500, forget_patience=timedelta(seconds=1)),
        database,
    ) as world:
        yield world


@asynccontextmanager
async def open_world(
    own: IngestSettings, database: Database, server: TelegramServer | None = None
) -> AsyncIterator[World]:
    neighbours, jobs = Neighbours(), Redis.from_url(own.broker_url)
    jobs.flushdb()
    app = create_app(own)
    async with app.router.lifespan_context(app):
        transport = httpx.MockTransport(neighbours.answer)
        trainer, retrieval = TrainerClient(own, transport), RetrievalClient(own, transport)
        feedback, redis = FeedbackClient(own, transport), AsyncRedis.from_url(own.broker_url)
        rooms = app.state.rooms
        build = builder(rooms.queue, rooms.jobs)
        told = Withdrawal(own, database, load_keys(own.key_file), trainer, retrieval, feedback, redis, build)
        app.state.rooms = type(rooms)(told, rooms.queue, rooms.jobs, server)
        async with IngestClient(own, httpx.ASGITransport(app)) as client:
            yield World(own, database, client, neighbours, jobs, told)
        for used in (trainer, retrieval, feedback):
            await used.close()
        await redis.aclose()
    jobs.close()


def message(
    number: int, sender: int, text: Any, at: int = 1_700_000_000, name: str | None = None, **more: Any
) -> dict[str, Any]:
    names = {1: "Ada Byron", 2: "Boris Orlov", 3: "Cleo Marsh"}
    return {
        "id": number,
        "type": "message",
        "date": "2023-11-14T22:13:20",
        "date_unixtime": str(at + 60 * number),
        "from": name or names.get(sender, f"Person {sender}"),
        "from_id": f"user{sender}",
        "text": text,
        "text_entities": [],
        **more,
    }


def account(*chats: dict[str, Any], user_id: int = 1) -> dict[str, Any]:
    owner = {"user_id": user_id, "first_name": "Ada", "last_name": "Byron", "username": "@adabyron"}
    return {"about": "", "personal_information": owner, "chats": {"about": "", "list": list(chats)}}


def chat(
    number: int, *messages: dict[str, Any], kind: str = "personal_chat", name: str = "Boris Orlov"
) -> dict[str, Any]:
    return {"name": name, "type": kind, "id": number, "messages": list(messages)}


@pytest.fixture
def telegram() -> Iterator[MtProto]:
    with MtProto() as telegram:
        yield telegram


@pytest.fixture
async def pulls(settings: Settings, database: Database, telegram: MtProto) -> AsyncIterator[Any]:
    """Ingest, and an account at a Telegram on loopback; nobody is logged in yet."""
    from tests.integration.ingest.pulls import Pulls

    own = IngestSettings(
        **settings.model_dump(), _env_file=None, import_batch=200, tg_api_id=API_ID, tg_api_hash=API_HASH
    )
    server = TelegramServer(telegram.host, telegram.port, telegram.public_key)
    async with open_world(own, database, server) as world:
        yield Pulls(world, telegram)
