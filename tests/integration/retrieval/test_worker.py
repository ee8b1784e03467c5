"""The Celery worker as it really runs: a process of its own, tasks from the queue, the real model."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from cli.stack.ports import free_port
from shared import processes
from shared.contracts.jobs import JobState
from shared.contracts.retrieval import REMEMBER_TASK, IndexRequest
from shared.jobs import watch_job
from shared.queue import enqueue, make_queue
from shared.sealing import Seal
from shared.settings import Settings
from tests.integration.retrieval.conftest import House, exchange, turn

pytestmark = pytest.mark.model


def environment(settings: Settings, ingest_url: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(settings.anselm_home),
        "PYTHONPATH": os.pathsep.join(sys.path),
        "OMP_NUM_THREADS": "1",
        "ANSELM_HOME": str(settings.anselm_home),
        "DATABASE_URL": settings.database_url,
        "POSTGRES_PASSWORD": settings.postgres_password.get_secret_value(),
        "REDIS_URL": settings.redis_url,
        "REDIS_PASSWORD": settings.redis_password.get_secret_value(),
        "SERVICE_TOKEN": settings.service_token.get_secret_value(),
        "INGEST_URL": ingest_url,
        "SWEEP_EVERY": "0",
    }


@pytest.fixture
def worker_log(house: House, tmp_path: Path) -> Iterator[Path]:
    house.ingest.exchanges = [exchange(n, f"question {n} about bread", f"answer {n}: 9/10") for n in range(6)]
    command = [sys.executable, "-m", "celery", "-A", "services.retrieval.tasks:queue", "worker", "-Q", "memory"]
    log = tmp_path / "worker.log"
    with house.ingest.listening(free_port()) as url, log.open("wb") as output:
        env = environment(house.settings, url)
        worker = processes.start([*command, "-P", "solo", "-l", "info"], env=env, cwd=tmp_path, output=output)
        yield log
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0


async def test_index_and_remember(house: House, worker_log: Path, redis: Redis) -> None:
    queue = make_queue("inference", house.settings)
    first = turn(1)
    for _ in range(2):
        enqueue(queue, REMEMBER_TASK, "memory", turn=first.model_dump(mode="json"))
    enqueue(queue, REMEMBER_TASK, "memory", turn={**turn(2).model_dump(mode="json"), "role": "wrong"})
    job = await house.client.index(IndexRequest(persona="anselm"))

    async with asyncio.timeout(150):
        async for done in watch_job(redis, Seal.of(house.settings), job.id):
            assert done.state is not JobState.FAILED, done.error
    assert done.detail["exchanges"] == 6
    assert await house.client.turns(first.conversation) == [first]
    written = worker_log.read_text()
    assert "turn_refused" in written
    assert "question" not in written
    assert "answer" not in written
