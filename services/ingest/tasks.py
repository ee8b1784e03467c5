"""Celery tasks: ``celery -A services.ingest.tasks:queue worker -Q ingest,cpu``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from typing import Any

from celery import Task
from celery.signals import worker_ready
from redis.exceptions import RedisError

from services.ingest import key_file, retention
from services.ingest.api import DATASET_TASK, IMPORT_TASK, PULL_TASK, builder
from services.ingest.building import build_dataset, fail_dataset
from services.ingest.custody_api import FORGET_TASK, ROTATE_TASK
from services.ingest.forgetting.outbox import deliver
from services.ingest.forgetting.withdrawing import withdrawal_of
from services.ingest.importing import fail_import, import_export
from services.ingest.keys import keys_in_use, load_keys
from services.ingest.privacy_api import CLEAN_TASK
from services.ingest.pulling.access import Access
from services.ingest.pulling.pull import pull
from services.ingest.pulling.scheduled import request_new
from services.ingest.pulling.server import TelegramServer
from services.ingest.recleaning import clean_everything_again
from services.ingest.repository.datasets import Datasets
from services.ingest.repository.imports import Imports
from services.ingest.repository.locks import only_worker
from services.ingest.repository.notices import Forgettings
from services.ingest.repository.pulls import EXPORTED, PULLED
from services.ingest.rotating import fail_rotation, rotate_key
from services.ingest.settings import IngestSettings
from services.ingest.stage import Stage
from shared.database import Database
from shared.errors import Unavailable
from shared.jobs import JobBoard, JobReporter
from shared.queue import enqueue, make_queue, run
from shared.schedule import schedule, sweep
from shared.telemetry import logger

settings = IngestSettings()
queue = make_queue("ingest", settings)
log = logger(__name__)

#: Telegram itself. Tests put another server here.
server: TelegramServer | None = None

PULL_NEW_TASK, SWEEP_TASK = "ingest.pull_new", "ingest.sweep"
schedule(queue, PULL_NEW_TASK, settings.pull_every, "ingest", memory=settings.uploads / "beat")
sweep(queue, SWEEP_TASK, "ingest", settings)

BROKEN = "Something went wrong while this was worked on; the log has it."

Work = Callable[[Stage], Awaitable[None]]


@queue.task(name=IMPORT_TASK, bind=True, max_retries=None)  # type: ignore[untyped-decorator]
def import_task(task: Task, import_id: str) -> None:
    _work(
        task,
        import_id,
        "import",
        lambda stage: import_export(stage, import_id),
        lambda s, e: fail_import(s, import_id, e),
    )


@queue.task(name=PULL_TASK, bind=True, max_retries=None)  # type: ignore[untyped-decorator]
def pull_task(task: Task, import_id: str) -> None:
    _work(
        task,
        import_id,
        "pull",
        lambda stage: _pull_and_tell(stage, import_id),
        lambda s, e: fail_import(s, import_id, e),
    )


async def _pull_and_tell(stage: Stage, import_id: str) -> None:
    """What was deleted at Telegram is told to others after the pull; whoever is silent is told when it is repeated."""
    await pull(stage, Access(settings, stage.keys, server), import_id)
    await _tell(stage)


async def _tell(stage: Stage, forgetting_id: str | None = None) -> None:
    build = builder(queue, JobBoard.of(settings))
    async with withdrawal_of(settings, stage.database, stage.keys, build) as withdrawal:
        await deliver(withdrawal, forgetting_id)


@queue.task(name=FORGET_TASK, bind=True, max_retries=None)  # type: ignore[untyped-decorator]
def forget_task(task: Task, forgetting_id: str) -> None:
    """Tell every place that has not been told yet, for as long as it takes."""

    async def give_up(*_: object) -> None:
        """Nothing to undo: what waits is taken up when a worker starts."""

    _work(task, forgetting_id, "forgetting", lambda stage: _tell(stage, forgetting_id), give_up)


@queue.task(name=PULL_NEW_TASK)  # type: ignore[untyped-decorator]
def pull_new_task() -> None:
    """Ask for a pull of what is new. One that cannot be now is not repeated: the next one is on its way."""

    async def request() -> str | None:
        database = Database(settings)
        try:
            with keys_in_use(settings.key_file) as keys:
                return await request_new(Access(settings, keys, server), database)
        finally:
            await database.close()

    import_id = run(request())
    if import_id is not None:
        JobReporter(JobBoard.of(settings), import_id, "pull").queued()
        enqueue(queue, PULL_TASK, "ingest", import_id=import_id)


@queue.task(name=SWEEP_TASK)  # type: ignore[untyped-decorator]
def sweep_task() -> None:
    """Remove what is older than is kept."""

    async def work() -> None:
        database = Database(settings, pooled=False)
        try:
            await retention.sweep(settings, database)
        finally:
            await database.close()

    run(work())


@queue.task(name=DATASET_TASK, bind=True, max_retries=None)  # type: ignore[untyped-decorator]
def dataset_task(task: Task, name: str) -> None:
    _work(task, name, "dataset", lambda stage: build_dataset(stage, name), lambda s, e: fail_dataset(s, name, e))


@queue.task(name=ROTATE_TASK, bind=True, max_retries=None)  # type: ignore[untyped-decorator]
def rotate_task(task: Task, name: str) -> None:
    _work(task, name, "rotation", lambda stage: rotate_key(stage, name), fail_rotation, hold_keys=False)


@queue.task(name=CLEAN_TASK, bind=True, max_retries=None)  # type: ignore[untyped-decorator]
def clean_task(task: Task, name: str) -> None:
    async def give_up(stage: Stage, error: str) -> None:
        stage.progress.fail(error)

    _work(task, name, "cleaning", clean_everything_again, give_up)


def _work(
    task: Task,
    job: str,
    kind: str,
    work: Work,
    give_up: Callable[[Stage, str], Awaitable[None]],
    *,
    hold_keys: bool = True,
) -> None:
    """Do the work; come back while the database is away or another worker is at it; fail it when nothing helps.

    Args:
        hold_keys: no rotation may add a key meanwhile.
    """
    progress = JobReporter(JobBoard.of(settings), job, kind)

    async def attempt() -> None:
        database = Database(settings)
        file = settings.key_file
        with keys_in_use(file) if hold_keys else nullcontext(load_keys(file)) as keys:
            stage = Stage(settings, database, keys, progress)
            try:
                async with only_worker(database, job):
                    await work(stage)
            except Unavailable:
                raise
            except RedisError as error:
                raise Unavailable("Redis does not answer.", hint="Check REDIS_URL and that Valkey runs.") from error
            except Exception:
                log.exception("job_failed", job=job, kind=kind)
                await give_up(stage, BROKEN)
            finally:
                await database.close()

    try:
        run(attempt())
    except Unavailable as error:
        log.warning("job_waits", job=job, kind=kind, why=error.message)
        raise task.retry(exc=error, countdown=settings.import_retry_s) from error


@worker_ready.connect  # type: ignore[untyped-decorator]
def take_up_again(**_: Any) -> None:
    """Queue what is not done: a row may outlive its place in the queue. A job that is queued twice is done once."""

    async def unended() -> tuple[list[str], list[str], list[str], list[str]]:
        database = Database(settings, pooled=False)
        try:
            async with database.transaction() as session:
                imports, datasets = Imports(session), Datasets(session)
                exports, pulls = await imports.unended(EXPORTED), await imports.unended(PULLED)
                return exports, pulls, await datasets.unended(), await Forgettings(session).unfinished()
        finally:
            await database.close()

    try:
        imports, pulls, datasets, forgettings = run(unended())
    except Unavailable as error:
        log.warning("nothing_taken_up", why=error.message)
        return
    for forgetting_id in forgettings:
        enqueue(queue, FORGET_TASK, "ingest", forgetting_id=forgetting_id)
    for import_id in imports:
        enqueue(queue, IMPORT_TASK, "ingest", import_id=import_id)
    for import_id in pulls:
        enqueue(queue, PULL_TASK, "ingest", import_id=import_id)
    for name in datasets:
        enqueue(queue, DATASET_TASK, "cpu", name=name)
    if settings.key_file.exists() and (keys := key_file.read(settings.key_file)).is_rotating:
        enqueue(queue, ROTATE_TASK, "ingest", name=keys.name)
