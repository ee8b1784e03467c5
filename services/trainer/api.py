"""The trainer's HTTP API."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from services.trainer import showing
from services.trainer.cleaning import Cleaner
from services.trainer.publishing import Publisher
from services.trainer.recipes import shelf
from services.trainer.registry import Registry
from services.trainer.repository import Runs
from services.trainer.run_folder import RunFolder
from services.trainer.starting import Starter
from shared.contracts.base import Name
from shared.contracts.forgetting import Held
from shared.contracts.trainer import (
    Adapter,
    Cleaned,
    Evaluation,
    Lineage,
    MetricPoint,
    Promotion,
    PublishRequest,
    RecipeSummary,
    ResolvedRecipe,
    Route,
    Run,
    RunRequest,
)
from shared.errors import NotFound
from shared.packing import packed


@dataclass(frozen=True)
class Rooms:
    """What the endpoints stand on; the composition root makes it."""

    starter: Starter
    registry: Registry
    cleaner: Cleaner
    publisher: Publisher


def rooms_of(request: Request) -> Rooms:
    rooms: Rooms = request.app.state.rooms
    return rooms


Inside = Annotated[Rooms, Depends(rooms_of)]
router = APIRouter(prefix="/v1", tags=["trainer"])


@router.post("/runs")
async def start(rooms: Inside, request: RunRequest) -> Run:
    return await rooms.starter.start(request)


@router.post("/runs/preview")
async def preview(rooms: Inside, request: RunRequest) -> ResolvedRecipe:
    """What a run would follow and need. Nothing is started."""
    return await rooms.starter.preview(request)


@router.get("/recipes")
async def recipes(rooms: Inside) -> list[RecipeSummary]:
    return [showing.recipe(found) for found in shelf.recipes(rooms.registry.settings.anselm_home)]


@router.get("/runs")
async def runs(rooms: Inside, persona: Name | None = None) -> list[Run]:
    async with rooms.registry.database.transaction() as session:
        return [showing.run(row) for row in await Runs(session).all(persona)]


@router.get("/runs/{run_id}")
async def run(rooms: Inside, run_id: str) -> Run:
    async with rooms.registry.database.transaction() as session:
        return showing.run(await Runs(session).get(run_id))


@router.get("/runs/{run_id}/recipe")
async def recipe(rooms: Inside, run_id: str) -> ResolvedRecipe:
    """The settings that a run follows and where each came from, once its stage has begun."""
    async with rooms.registry.database.transaction() as session:
        row = await Runs(session).get(run_id)
    found = RunFolder(rooms.registry.settings.runs_folder / row.id).recipe()
    if found is None:
        raise NotFound(f"Run {run_id} has followed no recipe yet.")
    return found


@router.get("/runs/{run_id}/metrics")
async def metrics(rooms: Inside, run_id: str) -> list[MetricPoint]:
    async with rooms.registry.database.transaction() as session:
        row = await Runs(session).get(run_id)
    return RunFolder(rooms.registry.settings.runs_folder / row.id).metrics()


@router.post("/runs/{run_id}/cancel")
async def cancel(rooms: Inside, run_id: str) -> Run:
    return await rooms.starter.cancel(run_id)


@router.post("/runs/{run_id}/resume")
async def resume(rooms: Inside, run_id: str) -> Run:
    return await rooms.starter.resume(run_id)


@router.get("/runs/{run_id}/log")
async def log(rooms: Inside, run_id: str, lines: Annotated[int, Query(ge=1, le=10_000)] = 100) -> list[str]:
    """The last lines that the run's stage and its libraries wrote."""
    async with rooms.registry.database.transaction() as session:
        row = await Runs(session).get(run_id)
    return await asyncio.to_thread(RunFolder(rooms.registry.settings.runs_folder / row.id).last_words, lines)


@router.get("/adapters")
async def adapters(rooms: Inside, persona: Name | None = None) -> list[Adapter]:
    return await rooms.registry.adapters(persona)


@router.get("/adapters/{name}")
async def adapter(rooms: Inside, name: str) -> Adapter:
    return await rooms.registry.adapter(name)


@router.get("/adapters/{name}/lineage")
async def lineage(rooms: Inside, name: str) -> Lineage:
    return await rooms.registry.lineage(name)


@router.post("/adapters/clean")
async def clean(rooms: Inside, keep: Annotated[int | None, Query(ge=0)] = None, dry_run: bool = False) -> Cleaned:
    """Remove the weights that nothing needs. With ``keep``, all but so many, whatever their age."""
    return await rooms.cleaner.clean(keep=keep, dry_run=dry_run)


@router.get("/adapters/{name}/evaluation")
async def evaluation(rooms: Inside, name: str) -> Evaluation:
    return await rooms.registry.evaluation(name)


@router.post("/adapters/{name}/promote")
async def promote(rooms: Inside, name: str) -> Promotion:
    return await rooms.registry.promote(name)


@router.post("/adapters/{name}/publish", response_class=StreamingResponse)
async def publish(rooms: Inside, name: str, request: PublishRequest) -> StreamingResponse:
    """A zip archive with the adapter alone and its model card."""
    return StreamingResponse(packed(await rooms.publisher.pack(name, request)), media_type="application/zip")


@router.post("/personas/{persona}/rollback")
async def roll_back(rooms: Inside, persona: str) -> Promotion:
    return await rooms.registry.roll_back(persona)


@router.get("/promotions")
async def promotions(rooms: Inside, persona: Name | None = None) -> list[Promotion]:
    return await rooms.registry.promotions(persona)


@router.get("/routes")
async def routes(rooms: Inside) -> list[Route]:
    return await rooms.registry.routes()


@router.post("/datasets/{dataset}/taint")
async def taint(rooms: Inside, dataset: str, keep_live: bool = False, dry_run: bool = False) -> list[Adapter]:
    return await rooms.registry.taint(dataset, keep_live=keep_live, dry_run=dry_run)


@router.get("/held")
async def held(rooms: Inside) -> list[Held]:
    return await rooms.registry.held()
