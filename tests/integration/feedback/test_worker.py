"""The worker as it really runs: its beat sweeps by the clock, and it sweeps when it starts."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis

from shared import processes
from shared.clients.feedback import FeedbackClient
from shared.contracts.feedback import Verdict
from shared.database import Database
from shared.settings import Settings
from tests.integration.feedback.conftest import rating
from tests.integration.feedback.test_retention import age


@contextmanager
def worker(settings: Settings, log: Path, every: str) -> Iterator[None]:
    own = {
        "ANSELM_HOME": str(settings.anselm_home),
        "DATABASE_URL": settings.database_url,
        "POSTGRES_PASSWORD": settings.postgres_password.get_secret_value(),
        "REDIS_URL": settings.redis_url,
        "REDIS_PASSWORD": settings.redis_password.get_secret_value(),
        "SERVICE_TOKEN": settings.service_token.get_secret_value(),
        "SWEEP_EVERY": every,
    }
    command = [sys.executable, "-m", "celery", "-A", "services.feedback.tasks:queue", "worker", "-Q", "feedback"]
    with log.open("wb") as output:
        process = processes.start(
            [*command, "--pool", "solo", "--beat", "--without-mingle"], env={**os.environ, **own}, output=output
        )
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


@pytest.mark.parametrize("every", ["86400", "1"], ids=["when it starts", "by the clock"])
async def test_the_worker_sweeps(
    settings: Settings, database: Database, client: FeedbackClient, redis: Redis, tmp_path: Path, every: str
) -> None:
    async def rated() -> int:
        return (await client.statistics("anselm")).like_me

    await client.rate(rating("ahoi", Verdict.LIKE_ME))
    by_the_clock = every == "1"
    await age(database, "1000 days")
    with worker(settings, tmp_path / "worker.log", every):
        async with asyncio.timeout(60):
            while await rated():
                await asyncio.sleep(0.05)
            if by_the_clock:
                await client.rate(rating("moin", Verdict.LIKE_ME))
                await age(database, "1000 days")
            while await rated():
                await asyncio.sleep(0.05)
