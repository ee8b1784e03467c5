"""Celery over Redis: work that may take long, or must not be lost."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from celery import Celery
from kombu import Queue
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from shared.errors import Unavailable
from shared.settings import Settings

QUEUES = ("ingest", "cpu", "gpu", "memory")

#: Redis delivers a task a second time when it is not acknowledged within this time: longer than the longest run.
VISIBILITY_TIMEOUT = timedelta(days=7)

Result = TypeVar("Result")


def make_queue(service: str, settings: Settings) -> Celery:
    """The Celery application of a service. Late acks and prefetch 1: a task killed in the middle is delivered again,
    so every task must be idempotent."""
    app = Celery(service, broker=settings.broker_url)
    app.conf.update(
        task_queues=[Queue(name) for name in QUEUES],
        task_default_queue="cpu",
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_enable_remote_control=True,
        worker_send_task_events=True,
        broker_connection_retry_on_startup=True,
        broker_transport_options={"visibility_timeout": int(VISIBILITY_TIMEOUT.total_seconds()), "socket_timeout": 10},
        task_serializer="json",
        accept_content=["json"],
        timezone="UTC",
    )
    return app


def enqueue(app: Celery, task: str, queue: str, *, task_id: str | None = None, **arguments: Any) -> None:
    """Put a task on a queue.

    Raises:
        Unavailable: Redis does not answer; nothing was queued.
    """
    try:
        app.send_task(task, kwargs=arguments, queue=queue, task_id=task_id, retry=False)
    except (OperationalError, RedisError, OSError) as error:
        raise Unavailable("Redis does not take new work.", hint="Check REDIS_URL and that Valkey runs.") from error


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run async code inside a task, which has no event loop of its own."""
    return asyncio.run(work)
