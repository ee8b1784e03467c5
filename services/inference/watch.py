"""Follows the registry: at start, whenever the trainer announces a change, and every so often in any case."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.inference.routing import Router
from shared.contracts.trainer import REGISTRY_CHANNEL
from shared.errors import AnselmError
from shared.telemetry import logger

log = logger(__name__)

#: After a failure the next try comes sooner, in seconds: at start the trainer may be seconds behind.
RETRY = 2.0


async def follow_registry(router: Router, redis: Redis, interval: timedelta) -> None:
    """Refresh the routes until cancelled. While Redis is down, time alone drives it."""
    listening = True
    while True:
        try:
            async with redis.pubsub() as announcements:
                await announcements.subscribe(REGISTRY_CHANNEL)
                listening = True
                while True:
                    pause = interval.total_seconds() if await _refreshed(router) else RETRY
                    await announcements.get_message(ignore_subscribe_messages=True, timeout=pause)
        except (RedisError, OSError) as error:
            if listening:
                log.warning("registry_channel_lost", reason=type(error).__name__)
            listening = False
            await _refreshed(router)
            await asyncio.sleep(RETRY)


async def _refreshed(router: Router) -> bool:
    try:
        await router.refresh()
    except AnselmError as error:
        log.warning("routes_not_refreshed", reason=str(error))
        return False
    except Exception:
        log.exception("routes_not_refreshed")
        return False
    return True
