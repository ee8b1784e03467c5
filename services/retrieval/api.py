"""Retrieval's HTTP API."""

from __future__ import annotations

from typing import Annotated

from celery import Celery
from fastapi import APIRouter, Query

from services.retrieval import choosing, memory
from services.retrieval.embeddings import Embedder
from services.retrieval.indexing import request_index
from shared.contracts.base import Name, Receipt
from shared.contracts.forgetting import Held
from shared.contracts.jobs import Job
from shared.contracts.retrieval import (
    Anchor,
    ChooseAnchor,
    Context,
    ContextRequest,
    ForgetRequest,
    Hit,
    IndexRequest,
    Remembered,
    SearchRequest,
    Turn,
)
from shared.database import Database
from shared.jobs import JobBoard


def make_router(database: Database, embedder: Embedder, queue: Celery, jobs: JobBoard) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["retrieval"])

    @router.post("/index")
    async def index(request: IndexRequest) -> Job:
        return await request_index(queue, jobs, request)

    @router.post("/search")
    async def search(request: SearchRequest) -> list[Hit]:
        return await memory.search(database, embedder, request)

    @router.post("/context")
    async def context(request: ContextRequest) -> Context:
        return await memory.recall(database, embedder, request)

    @router.get("/personas/{persona}/anchors")
    async def anchors(persona: Name) -> list[Anchor]:
        return await choosing.anchors(database, persona)

    @router.get("/personas/{persona}/anchors/dropped")
    async def dropped_anchors(persona: Name) -> list[Anchor]:
        return await choosing.dropped(database, persona)

    @router.put("/personas/{persona}/anchors/{exchange}")
    async def choose_anchor(persona: Name, exchange: str, request: ChooseAnchor) -> list[Anchor]:
        """Pin or drop; the answer is the anchors that there are then."""
        return await choosing.choose(database, persona, exchange, request.choice)

    @router.delete("/personas/{persona}/anchors/{exchange}")
    async def unchoose_anchor(persona: Name, exchange: str) -> list[Anchor]:
        """Take back a pin or a drop; the answer is the anchors that there are then."""
        return await choosing.take_back(database, persona, exchange)

    @router.get("/conversations/{conversation}/turns")
    async def turns(conversation: str, limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000) -> list[Turn]:
        return await memory.turns(database, conversation, limit)

    @router.get("/people/{person}/data")
    async def kept_of(person: str) -> Remembered:
        """All that is kept of a tester, to hand it out to them."""
        return await memory.kept_of(database, person)

    @router.post("/forget")
    async def forget(request: ForgetRequest, dry_run: bool = False) -> Receipt:
        return await memory.forget(database, request, dry_run=dry_run)

    @router.get("/held")
    async def held() -> list[Held]:
        return await memory.held(database)

    return router
