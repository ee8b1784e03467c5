"""What a worker does by the clock: Celery's beat inside it (``--beat``), in one worker a service."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from celery import Celery, signals

from shared.queue import enqueue
from shared.settings import Settings


def schedule(app: Celery, task: str, every: timedelta, queue: str, *, memory: Path | None = None) -> None:
    """Do a task every so often; never where ``every`` is 0.

    Args:
        memory: file in which to keep what ran when, so that a restart does not begin the pause anew.
    """
    if not every:
        return
    entry = {"task": task, "schedule": every, "options": {"queue": queue}}
    app.conf.beat_schedule = {**app.conf.beat_schedule, task: entry}
    if memory is not None:
        memory.parent.mkdir(parents=True, exist_ok=True)
        app.conf.update(beat_scheduler="celery.beat:PersistentScheduler", beat_schedule_filename=str(memory))


def sweep(app: Celery, task: str, queue: str, settings: Settings) -> None:
    """Remove what is older than is kept: every SWEEP_EVERY, and when the worker starts, lest one that is restarted
    more often than that never does it."""

    def begin(**_: Any) -> None:
        enqueue(app, task, queue)

    schedule(app, task, settings.sweep_every, queue)
    if settings.sweep_every:
        signals.worker_ready.connect(begin, weak=False, dispatch_uid=task)
