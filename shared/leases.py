"""A task belongs to a worker for as long as that worker says that it lives.

Redis knows no connections that hold a message: kombu gives one out again when it was not acknowledged within the
visibility timeout. A timeout longer than the longest run would leave the work of a killed worker lying for as long.
So the timeout is short, and every worker renews the leases of the messages that it holds.
"""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

from celery import bootsteps
from celery.worker import state
from redis import Redis
from redis.exceptions import RedisError

from shared.telemetry import logger

log = logger(__name__)

#: A worker that did not renew for this long is dead. Long enough for a machine that is out of breath.
LEASE = timedelta(seconds=60)
RENEW_EVERY = timedelta(seconds=10)

#: kombu's options that make the lease hold: abandoned messages are looked for as often as leases are renewed.
TRANSPORT_OPTIONS = {
    "visibility_timeout": LEASE.total_seconds(),
    "unacked_restore_interval": RENEW_EVERY.total_seconds(),
    "unacked_restore_throttle": 1,
}


class RenewLeases(bootsteps.StartStopStep):  # type: ignore[misc]
    """Runs beside the consumer, in a thread, since a worker of pool ``solo`` works in its main one."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **options: Any) -> None:
        super().__init__(consumer, **options)
        self._stop = threading.Event()

    def start(self, consumer: Any) -> None:
        self._stop = threading.Event()
        threading.Thread(target=self._renew_forever, args=(consumer, self._stop), daemon=True).start()

    def stop(self, consumer: Any) -> None:
        self._stop.set()

    def _renew_forever(self, consumer: Any, stop: threading.Event) -> None:
        channel = consumer.task_consumer.channel
        with Redis.from_url(consumer.app.conf.broker_url, socket_timeout=5) as redis:
            while not stop.wait(RENEW_EVERY.total_seconds()):
                try:
                    renew(redis, channel.unacked_index_key, held(channel))
                except (RedisError, RuntimeError) as error:  # RuntimeError: a task came while the set was read
                    log.warning("leases_not_renewed", reason=type(error).__name__)


def held(channel: Any) -> set[str]:
    """Delivery tags of every message that this worker has and did not acknowledge.

    Those of a lost connection are no longer the channel's, but their tasks may still run.
    """
    running = {request.message.delivery_tag for request in tuple(state.active_requests)}
    return running | set(channel.qos._delivered)


def renew(redis: Redis, index: str, tags: set[str]) -> None:
    """Start the leases anew; a message acknowledged in the meantime stays so."""
    if tags:
        redis.zadd(index, dict.fromkeys(tags, time.time()), xx=True)
