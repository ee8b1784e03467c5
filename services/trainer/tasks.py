"""The worker: ``celery -A services.trainer.tasks:queue worker -Q gpu --concurrency 1 --beat``.

As many processes as GPUs (``--concurrency``), or a worker a GPU, on one host or several: a run takes one that is free.
"""

from __future__ import annotations

from typing import Any

from celery.signals import worker_ready

from services.trainer.claiming import Claims
from services.trainer.cleaning import Cleaner
from services.trainer.executing import Executor
from services.trainer.repository import Runs, try_lock, unlock
from services.trainer.settings import TrainerSettings
from services.trainer.starting import RUN_TASK
from shared import schedule
from shared.clients.ingest import IngestClient
from shared.contracts.trainer import Cleaned
from shared.database import Database
from shared.errors import Unavailable
from shared.jobs import JobBoard
from shared.queue import enqueue, make_queue, run
from shared.telemetry import logger

CLEAN_TASK, QUEUE = "trainer.clean", "gpu"

settings = TrainerSettings()
queue = make_queue("trainer", settings)
schedule.sweep(queue, CLEAN_TASK, QUEUE, settings)
log = logger(__name__)


@queue.task(  # type: ignore[untyped-decorator]
    name=RUN_TASK, autoretry_for=(Unavailable,), retry_backoff=True, retry_backoff_max=60, max_retries=None
)
def execute(run_id: str) -> None:
    """Carry out a run."""
    run(_execute(run_id))


@queue.task(name=CLEAN_TASK)  # type: ignore[untyped-decorator]
def clean() -> None:
    """Remove the weights that nothing needs any more."""
    cleaned = run(_clean())
    log.info("cleaned", removed=[f"{one.kind} {one.name}" for one in cleaned.removed], bytes=cleaned.bytes)


@worker_ready.connect  # type: ignore[untyped-decorator]
def take_up(**_: Any) -> None:
    """Queue what a dead worker left behind."""
    for run_id, its_queue in run(_abandoned()):
        log.info("run_taken_up", run=run_id)
        enqueue(queue, RUN_TASK, its_queue, task_id=run_id, run_id=run_id)


async def _execute(run_id: str) -> None:
    database, jobs = Database(settings, pooled=False), JobBoard.of(settings)
    try:
        async with IngestClient(settings) as ingest:
            await Executor(settings, database, ingest, jobs, Claims(settings)).execute(run_id)
    finally:
        jobs.close()
        await database.close()


async def _clean() -> Cleaned:
    database = Database(settings, pooled=False)
    try:
        return await Cleaner(settings, database).clean()
    finally:
        await database.close()


async def _abandoned() -> list[tuple[str, str]]:
    """Runs that have not ended and that nobody executes, and their queues."""
    database = Database(settings, pooled=False)
    try:
        async with database.transaction() as session:
            connection = await session.connection()
            rows = [(row.id, row.queue) for row in await Runs(session).unfinished()]
            free = [(run_id, its) for run_id, its in rows if await try_lock(connection, run_id)]
            for run_id, _ in free:
                await unlock(connection, run_id)
            return free
    finally:
        await database.close()
