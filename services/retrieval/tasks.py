"""The worker: ``celery -A services.retrieval.tasks:queue worker -Q memory``."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from services.retrieval import memory
from services.retrieval.embeddings import SentenceEmbedder
from services.retrieval.indexing import INDEX_TASK, JOB_KIND, Indexer
from services.retrieval.settings import RetrievalSettings
from shared import schedule
from shared.clients.ingest import IngestClient
from shared.contracts.retrieval import REMEMBER_TASK, IndexRequest, Turn
from shared.database import Database
from shared.errors import AnselmError, StorageFull, Unavailable
from shared.jobs import JobBoard, JobReporter
from shared.queue import make_queue, run
from shared.telemetry import logger

SWEEP_TASK = "retrieval.sweep"

settings = RetrievalSettings()
queue = make_queue("retrieval", settings)
schedule.sweep(queue, SWEEP_TASK, "memory", settings)
embedder = SentenceEmbedder(settings)
log = logger(__name__)

#: A turn is not lost because the database is away for a while: it is tried again for as long as it takes.
PATIENT = {
    "autoretry_for": (Unavailable, StorageFull),
    "retry_backoff": True,
    "retry_backoff_max": 60,
    "max_retries": None,
}


@queue.task(name=REMEMBER_TASK, **PATIENT)  # type: ignore[untyped-decorator]
def remember(turn: dict[str, Any]) -> None:
    """Store a turn of a conversation."""
    try:
        valid = Turn.model_validate(turn)
    except ValidationError as error:
        # Not raised: the error quotes what was said, and a log must not.
        log.error("turn_refused", fields=[".".join(map(str, e["loc"])) for e in error.errors()])  # noqa: TRY400
        return
    log.info("turn", stored=run(_remember(valid)))


@queue.task(name=INDEX_TASK)  # type: ignore[untyped-decorator]
def index(job: str, request: dict[str, Any]) -> None:
    """Index a persona's past exchanges."""
    reporter = JobReporter(JobBoard.of(settings), job, JOB_KIND)
    try:
        run(_index(reporter, IndexRequest.model_validate(request)))
    except AnselmError as error:
        reporter.fail(str(error))
    except Exception:
        reporter.fail("Indexing failed; the worker's log says why.")
        raise


@queue.task(name=SWEEP_TASK)  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Remove what is older than is kept."""
    log.info("swept", turns=run(_sweep()))


async def _sweep() -> int:
    database = Database(settings, pooled=False)
    try:
        return await memory.sweep(database, settings.keep_turns)
    finally:
        await database.close()


async def _remember(turn: Turn) -> bool:
    database = Database(settings, pooled=False)
    try:
        return await memory.remember(database, turn)
    finally:
        await database.close()


async def _index(reporter: JobReporter, request: IndexRequest) -> None:
    database = Database(settings, pooled=False)
    try:
        async with IngestClient(settings) as ingest:
            await Indexer(database, ingest, embedder, reporter, settings.index_page).index(request)
    finally:
        await database.close()
