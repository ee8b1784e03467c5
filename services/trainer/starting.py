"""A run is asked for: checked as far as possible at once, written down, queued."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from celery import Celery

from services.trainer import showing
from services.trainer.base_model import locate
from services.trainer.models import AdapterRow, RunRow
from services.trainer.previewing import preview
from services.trainer.recipes.resolving import check_changes, named, resolve
from services.trainer.repository import Adapters, Runs
from services.trainer.settings import TrainerSettings
from services.trainer.usable import require_usable
from shared.artifacts import ArtifactStore
from shared.clients.ingest import IngestClient
from shared.contracts.ingest import Dataset
from shared.contracts.jobs import JobState
from shared.contracts.trainer import ResolvedRecipe, Run, RunRequest, Stage
from shared.database import Database
from shared.errors import Conflict, Invalid
from shared.jobs import JobBoard, JobReporter
from shared.queue import enqueue

RUN_TASK = "trainer.run"

_ON_DATASETS = (Stage.BASELINE, Stage.SFT)
_ON_PREFERENCES = (Stage.DPO, Stage.KTO)


@dataclass(frozen=True)
class Starter:
    """Starts and cancels runs."""

    settings: TrainerSettings
    database: Database
    ingest: IngestClient
    queue: Celery
    jobs: JobBoard

    async def start(self, request: RunRequest) -> Run:
        """Queue a run. The same key is the same run, however often it is asked for.

        Raises:
            Invalid: a field is missing, or of another stage.
            NotFound: the dataset, the adapter or the preferences do not exist.
            Conflict: the key stands for another run, or the data may not be trained on.
            Unavailable: ingest cannot be asked whether the dataset may be used, or the queue takes no work.
        """
        _require_fields(request)
        _require_recipe(self.settings, request)
        locate(self.settings)
        earlier = await self._earlier(request)
        row = earlier or await self._write(request)
        if row.state == JobState.QUEUED:
            await asyncio.to_thread(self._enqueue, row)
        return showing.run(row)

    async def preview(self, request: RunRequest) -> ResolvedRecipe:
        """What a run would follow and need; nothing is queued.

        Raises:
            Invalid, NotFound, Conflict, Unavailable: the run could not be started either.
        """
        _require_fields(request)
        _require_recipe(self.settings, request)
        adapter = await self._adapter(request)
        dataset = await usable_dataset(
            self.ingest, adapter.dataset if adapter else str(request.dataset), request.persona
        )
        base_model = adapter.base_model if adapter else self.settings.base_model
        return await asyncio.to_thread(preview, self.settings, request, dataset, base_model)

    async def cancel(self, run_id: str) -> Run:
        """Stop a run, or keep it from starting. One that has ended stays as it is."""
        async with self.database.transaction() as session:
            row = await Runs(session).get(run_id, lock=True)
            waiting = row.state == JobState.QUEUED
            if not JobState(row.state).ended:
                row.state, row.finished_at = JobState.CANCELLED, datetime.now(UTC)
        if waiting:
            await asyncio.to_thread(self._reporter(row).cancel)
        return showing.run(row)

    async def resume(self, run_id: str) -> Run:
        """Let a run that failed go on from its last checkpoint, or from the beginning where none is left.

        Raises:
            NotFound: there is no such run.
            Conflict: it did not fail, or its data may not be trained on any more.
            Unavailable: as for a start.
        """
        async with self.database.transaction() as session:
            row = await Runs(session).get(run_id)
        await usable_dataset(self.ingest, row.dataset, row.persona)
        async with self.database.transaction() as session:
            row = await Runs(session).get(run_id, lock=True)
            if row.state in (JobState.DONE, JobState.CANCELLED):
                raise Conflict(
                    f"{run_id} is {row.state}: there is nothing to resume.", hint="Start a run: anselm train"
                )
            if row.state == JobState.FAILED:
                await Runs(session).queue_again(row)
        if row.state == JobState.QUEUED:
            await asyncio.to_thread(self._enqueue, row)
        return showing.run(row)

    async def _earlier(self, request: RunRequest) -> RunRow | None:
        if request.key is None:
            return None
        async with self.database.transaction() as session:
            return _same(request, await Runs(session).with_key(request.key))

    async def _write(self, request: RunRequest) -> RunRow:
        adapter = await self._adapter(request)
        dataset = adapter.dataset if adapter else str(request.dataset)
        await usable_dataset(self.ingest, dataset, request.persona)
        if request.preferences:
            _require_preferences(self.settings, request)
        row = RunRow(
            id=f"run-{secrets.token_hex(6)}",
            key=request.key,
            queue=request.queue,
            stage=request.stage,
            persona=request.persona,
            state=JobState.QUEUED,
            dataset=dataset,
            adapter=request.adapter,
            preferences=request.preferences,
            base_model=adapter.base_model if adapter else self.settings.base_model,
            recipe_name=request.recipe_name,
            recipe=request.recipe,
            metrics={},
            attempts=0,
        )
        async with self.database.transaction() as session:
            raced = await Runs(session).with_key(request.key) if request.key else None
            if raced is not None:
                return _same(request, raced) or raced
            await Runs(session).add(row)
        return row

    async def _adapter(self, request: RunRequest) -> AdapterRow | None:
        if request.adapter is None:
            return None
        async with self.database.transaction() as session:
            row = await Adapters(session).get(request.adapter)
        if row.persona != request.persona:
            raise Invalid(f"adapter: {row.name} speaks for {row.persona}, not for {request.persona}.")
        require_usable(row)
        return row

    def _enqueue(self, row: RunRow) -> None:
        self._reporter(row).queued()
        enqueue(self.queue, RUN_TASK, row.queue, task_id=row.id, run_id=row.id)

    def _reporter(self, row: RunRow) -> JobReporter:
        return JobReporter(self.jobs, row.id, row.stage)


async def usable_dataset(ingest: IngestClient, name: str, persona: str) -> Dataset:
    """The dataset, as ingest knows it now: finished, of this persona, and not withdrawn.

    Raises:
        NotFound: ingest knows no such dataset.
        Conflict: it may not be trained on.
        Unavailable: ingest does not answer; nothing is trained on without its word.
    """
    dataset = await ingest.dataset(name)
    if dataset.persona != persona:
        raise Invalid(f"dataset: {name} is of {dataset.persona}, not of {persona}.")
    if dataset.tainted:
        raise Conflict(f"Dataset {name} was withdrawn: somebody in it is to be forgotten.", hint="Build a new dataset.")
    if dataset.state is not JobState.DONE:
        raise Conflict(f"Dataset {name} is {dataset.state}.", hint="Wait until it is built.")
    return dataset


def _require_fields(request: RunRequest) -> None:
    wanted = {"dataset"} if request.stage in _ON_DATASETS else {"adapter"}
    wanted |= {"preferences"} if request.stage in _ON_PREFERENCES else set()
    given = {name for name in ("dataset", "adapter", "preferences") if getattr(request, name)}
    if wanted != given:
        raise Invalid(
            f"A {request.stage} run takes {' and '.join(sorted(wanted))}, not {', '.join(sorted(given)) or 'nothing'}."
        )


def _require_recipe(settings: TrainerSettings, request: RunRequest) -> None:
    """The recipe that is named, or any of the stage, can take the run's own settings. Which one it is, and whether it
    fits the machine, the run's worker knows."""
    check_changes(request.stage, request.recipe)
    if request.recipe_name:
        resolve(named(request.recipe_name, settings.anselm_home, request.stage), request.recipe)


def _same(request: RunRequest, row: RunRow | None) -> RunRow | None:
    if row is None:
        return None
    fields = ("stage", "persona", "adapter", "preferences", "recipe_name", *(["dataset"] if request.dataset else []))
    if any(getattr(row, name) != getattr(request, name) for name in fields):
        raise Conflict(f"key: {request.key} stands for another run, {row.id}.")
    return row


def _require_preferences(settings: TrainerSettings, request: RunRequest) -> None:
    assert request.preferences is not None
    manifest = ArtifactStore(settings.anselm_home / "preferences").manifest(request.preferences)
    if manifest.get("persona") != request.persona:
        raise Invalid(f"preferences: {request.preferences} is not of {request.persona}.")
    if manifest.get("kind") != request.stage:
        raise Invalid(f"preferences: {request.preferences} is for {manifest.get('kind')}, not for {request.stage}.")
