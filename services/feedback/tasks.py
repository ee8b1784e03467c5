"""The worker: ``celery -A services.feedback.tasks:queue worker -Q feedback -P solo --beat``."""

from __future__ import annotations

from services.feedback import opinions
from services.feedback.datasets import preferences_in
from shared import schedule
from shared.database import Database
from shared.queue import make_queue, run
from shared.settings import Settings
from shared.telemetry import logger

SWEEP_TASK = "feedback.sweep"

settings = Settings()
queue = make_queue("feedback", settings)
schedule.sweep(queue, SWEEP_TASK, "feedback", settings)
log = logger(__name__)


@queue.task(name=SWEEP_TASK)  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Remove what is older than is kept."""
    log.info("swept", **run(_sweep()))


async def _sweep() -> dict[str, int]:
    database = Database(settings, pooled=False)
    try:
        return await opinions.sweep(database, preferences_in(settings.anselm_home), settings.keep_feedback)
    finally:
        await database.close()
