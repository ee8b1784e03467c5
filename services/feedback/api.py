"""Feedback's HTTP API."""

from __future__ import annotations

from fastapi import APIRouter

from services.feedback import datasets, opinions
from shared.artifacts import ArtifactStore
from shared.contracts.base import Name, Receipt
from shared.contracts.feedback import (
    FeedbackStatistics,
    ForgetOpinions,
    Given,
    PairRequest,
    PreferenceDataset,
    PreferenceRequest,
    Rating,
    RatingRequest,
)
from shared.contracts.forgetting import Held
from shared.database import Database


def make_router(database: Database, store: ArtifactStore) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["feedback"])

    @router.post("/ratings")
    async def rate(request: RatingRequest) -> Rating:
        return await opinions.rate(database, request)

    @router.get("/ratings")
    async def ratings(persona: Name) -> list[Rating]:
        return await opinions.ratings(database, persona)

    @router.post("/pairs")
    async def compare(request: PairRequest) -> FeedbackStatistics:
        return await opinions.compare(database, request)

    @router.get("/statistics")
    async def statistics(persona: Name) -> FeedbackStatistics:
        return await opinions.statistics(database, persona)

    @router.post("/datasets")
    async def build_dataset(request: PreferenceRequest) -> PreferenceDataset:
        return await datasets.build(database, store, request)

    @router.get("/datasets")
    async def standing(persona: Name | None = None) -> list[PreferenceDataset]:
        return await datasets.standing(database, store, persona)

    @router.get("/people/{person}/data")
    async def kept_of(person: str) -> Given:
        """All that is kept of a tester, to hand it out to them."""
        return await opinions.kept_of(database, person)

    @router.post("/forget")
    async def forget(request: ForgetOpinions, dry_run: bool = False) -> Receipt:
        return await opinions.forget(database, store, request, dry_run=dry_run)

    @router.get("/held")
    async def held() -> list[Held]:
        return await opinions.held(database)

    return router
