"""Client of trainer."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx

from shared.clients.base import Client
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
from shared.settings import Settings


class TrainerClient(Client):
    service = "trainer"

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        super().__init__(settings, settings.trainer_url, transport)

    async def start(self, request: RunRequest) -> Run:
        """Queue a run; its id is also its job's."""
        return await self._post(Run, "/v1/runs", request)

    async def preview(self, request: RunRequest) -> ResolvedRecipe:
        """What a run would follow and need; nothing is started."""
        return await self._post(ResolvedRecipe, "/v1/runs/preview", request)

    async def recipe(self, run_id: str) -> ResolvedRecipe:
        """The settings that a run follows, once its stage has begun."""
        return await self._get(ResolvedRecipe, f"/v1/runs/{run_id}/recipe")

    async def recipes(self) -> list[RecipeSummary]:
        return await self._list(RecipeSummary, "/v1/recipes")

    async def run(self, run_id: str) -> Run:
        return await self._get(Run, f"/v1/runs/{run_id}")

    async def runs(self, persona: str | None = None) -> list[Run]:
        return await self._list(Run, "/v1/runs", persona=persona)

    async def metrics(self, run_id: str) -> list[MetricPoint]:
        return await self._list(MetricPoint, f"/v1/runs/{run_id}/metrics")

    async def cancel(self, run_id: str) -> Run:
        return await self._post(Run, f"/v1/runs/{run_id}/cancel")

    async def resume(self, run_id: str) -> Run:
        """Let a run that failed go on from its last checkpoint."""
        return await self._post(Run, f"/v1/runs/{run_id}/resume")

    async def log(self, run_id: str, lines: int = 100) -> list[str]:
        """The last lines of a run's log."""
        response = await self._call("GET", f"/v1/runs/{run_id}/log", params={"lines": lines})
        said: list[str] = response.json()
        return said

    async def adapters(self, persona: str | None = None) -> list[Adapter]:
        return await self._list(Adapter, "/v1/adapters", persona=persona)

    async def adapter(self, name: str) -> Adapter:
        return await self._get(Adapter, f"/v1/adapters/{name}")

    async def lineage(self, adapter: str) -> Lineage:
        return await self._get(Lineage, f"/v1/adapters/{adapter}/lineage")

    async def clean(self, *, keep: int | None = None, dry_run: bool = False) -> Cleaned:
        """Remove the weights that nothing needs, and what ended runs left behind.

        Args:
            keep: of what nothing needs, so many a persona stay, whatever their age; unless given, the trainer's
                settings say.
        """
        return await self._post(Cleaned, "/v1/adapters/clean", keep=keep, dry_run=dry_run)

    async def evaluation(self, adapter: str) -> Evaluation:
        return await self._get(Evaluation, f"/v1/adapters/{adapter}/evaluation")

    async def promote(self, adapter: str) -> Promotion:
        return await self._post(Promotion, f"/v1/adapters/{adapter}/promote")

    def publish(self, adapter: str, request: PublishRequest) -> AsyncIterator[bytes]:
        """A zip archive with the adapter and its model card, as it is written."""
        return self._stream("POST", f"/v1/adapters/{adapter}/publish", json=request.model_dump())

    async def roll_back(self, persona: str) -> Promotion:
        return await self._post(Promotion, f"/v1/personas/{persona}/rollback")

    async def promotions(self, persona: str | None = None) -> list[Promotion]:
        return await self._list(Promotion, "/v1/promotions", persona=persona)

    async def routes(self) -> list[Route]:
        return await self._list(Route, "/v1/routes")

    async def taint(self, dataset: str, *, keep_live: bool = False, dry_run: bool = False) -> list[Adapter]:
        """Mark every adapter that learned from a dataset or a preference dataset as tainted.

        Args:
            keep_live: the live one among them speaks until another is promoted, instead of being withdrawn at once.
            dry_run: change nothing, say only which adapters would become tainted by it.
        """
        params = {"keep_live": keep_live, "dry_run": dry_run}
        response = await self._call("POST", f"/v1/datasets/{dataset}/taint", params=params)
        return [Adapter.model_validate(item) for item in response.json()]

    async def held(self) -> list[Held]:
        """The datasets and preference datasets that untainted adapters learned from, or runs work with."""
        return await self._list(Held, "/v1/held")
