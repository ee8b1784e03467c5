"""Celery over Redis: work that may take long, or must not be lost. Whatever travels through it is sealed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from celery import Celery, signals
from kombu.entity import Queue
from kombu.exceptions import OperationalError
from kombu.serialization import register
from kombu.utils import json
from redis.exceptions import RedisError

from shared import leases
from shared.errors import Unavailable
from shared.sealing import Place, Seal
from shared.settings import Settings
from shared.telemetry import configure_logging

QUEUES = ("ingest", "cpu", "gpu", "memory", "feedback")

#: Redis delivers a task a second time when no worker renewed its lease within this time.
VISIBILITY_TIMEOUT = leases.LEASE

#: A Redis that does not answer is given up after this time, so that a request can say so.
PATIENCE = timedelta(seconds=4)

UNREADABLE = "A message of the queue was dropped: it is sealed with another SERVICE_TOKEN, or no task of this worker."

Result = TypeVar("Result")


def make_queue(service: str, settings: Settings) -> Celery:
    """The Celery application of a service. Late acks and prefetch 1: a task killed in the middle is delivered again,
    so every task must be idempotent."""
    app = Celery(service, broker=settings.broker_url)
    app.conf.update(
        task_queues=[Queue(name) for name in QUEUES],  # type: ignore[no-untyped-call]
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
        broker_transport_options={
            **leases.TRANSPORT_OPTIONS,
            "socket_timeout": PATIENCE.total_seconds(),
            "socket_connect_timeout": PATIENCE.total_seconds(),
            "connect_retries_timeout": PATIENCE.total_seconds() / 2,
            "interval_start": 0.1,
        },
        # In memory, since most services have no folder of their own to write to.
        beat_scheduler="celery.beat:Scheduler",
        timezone="UTC",
        **_sealed(Seal.of(settings)),
    )
    app.steps["consumer"].add(leases.RenewLeases)
    _log_like_a_service(service, settings)
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


def _sealed(seal: Seal) -> dict[str, Any]:
    """Tasks, control messages and events, all sealed; nothing else is taken. Under another token is another format."""

    def encode(content: Any) -> str:
        return seal.seal(json.dumps(content), Place.QUEUE)  # type: ignore[no-untyped-call]

    def decode(body: str | bytes) -> Any:
        text = seal.unseal(body, Place.QUEUE)
        if text is None:
            raise ValueError("A message of the queue cannot be opened.")
        return json.loads(text)  # type: ignore[no-untyped-call]

    serializer = f"sealed-{seal.name(Place.QUEUE)[:8]}"
    kind = f"application/x-{serializer}"
    register(serializer, encode, decode, content_type=kind, content_encoding="utf-8")  # type: ignore[no-untyped-call]
    signals.before_task_publish.connect(hide_arguments, weak=False, dispatch_uid="anselm")
    return {"task_serializer": serializer, "event_serializer": serializer, "accept_content": [serializer]}


def hide_arguments(headers: dict[str, Any], **_: Any) -> None:
    """Celery puts representations of the arguments beside the message, and into logs: they say nothing here."""
    headers |= {"argsrepr": "(...)", "kwargsrepr": "{...}"}


def _log_like_a_service(service: str, settings: Settings) -> None:
    """Workers log as services do; connecting this signal also keeps Celery from configuring logs itself."""

    def configure(**_: Any) -> None:
        configure_logging(service, settings.log_level, settings.secrets())
        logging.getLogger("celery.app.trace").addFilter(hide_values)
        logging.getLogger("celery.worker.consumer.consumer").addFilter(hide_body)

    signals.setup_logging.connect(configure, weak=False, dispatch_uid="anselm")


def hide_values(record: logging.LogRecord) -> bool:
    """Take out of Celery's own lines what a task returned and what an exception says; a logging filter."""
    if isinstance(record.args, dict):
        hidden = {"return_value": "", "args": "", "kwargs": "", "traceback": ""}
        said = str(record.args.get("exc", ""))
        record.args = {**record.args, **hidden, "exc": said.partition("(")[0]}
    return True


def hide_body(record: logging.LogRecord) -> bool:
    """A message that cannot be read is dropped, and its body is not quoted; a logging filter."""
    if "body" in str(record.msg):
        record.msg, record.args, record.exc_info = UNREADABLE, None, None
    return True
