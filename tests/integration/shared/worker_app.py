"""A Celery application with tasks that tests can hold, kill and watch. Settings come from the environment."""

from __future__ import annotations

import os
import time

from redis import Redis

from shared import leases
from shared.queue import make_queue
from shared.settings import Settings

settings = Settings(_env_file=None)
queue = make_queue("tested", settings)
lease = float(os.environ.get("TEST_LEASE", leases.LEASE.total_seconds()))
queue.conf.broker_transport_options |= {"visibility_timeout": lease, "unacked_restore_interval": lease / 10}
leases.RENEW_EVERY = leases.timedelta(seconds=lease / 10)


@queue.task(name="tested.hold")
def hold(name: str, text: str = "") -> str:
    """Say who works on it; end when the test says so."""
    with Redis.from_url(settings.broker_url) as redis:
        redis.rpush(f"begun:{name}", os.getpid())
        while not redis.exists(f"release:{name}"):
            time.sleep(0.02)
        redis.rpush(f"ended:{name}", os.getpid())
    return text


@queue.task(name="tested.fail")
def fail(text: str) -> None:
    raise ValueError(text)
