"""A real worker, killed in the middle of a run: nothing lives on, and the next worker goes on from the checkpoint."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest
from redis.asyncio import Redis

from services.trainer.run_folder import RunFolder
from services.trainer.settings import TrainerSettings
from shared import processes
from shared.clients.trainer import TrainerClient
from shared.contracts.jobs import JobState
from shared.contracts.trainer import Stage
from shared.jobs import JobBoard
from shared.settings import CHECKOUT
from shared.waiting import wait_until
from tests.integration.trainer.conftest import DATASET, SFT, request, worker_environment
from tests.integration.trainer.test_stages import assert_resumed, stage_process

pytestmark = pytest.mark.timeout(1500)

WORKER = ["celery", "-A", "services.trainer.tasks:queue", "worker", "-Q", "gpu", "--concurrency", "1"]


@contextmanager
def worker(settings: TrainerSettings) -> Iterator[subprocess.Popen[bytes]]:
    with (settings.anselm_home / "worker.log").open("ab") as log:
        process = processes.start(
            [sys.executable, "-m", *WORKER], env=worker_environment(settings), cwd=CHECKOUT, output=log
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait(60)


async def test_a_killed_worker_loses_nothing(
    client: TrainerClient, trainer_settings: TrainerSettings, redis: Redis
) -> None:
    run = await client.start(request(Stage.SFT, dataset=DATASET, recipe=SFT | {"max_steps": 8, "evaluations": 8}))
    folder = RunFolder(trainer_settings.runs_folder / run.id)
    checkpoints = folder.work / "output"

    with worker(trainer_settings) as first:
        wait_until(
            lambda: any(checkpoints.glob("checkpoint-*/trainer_state.json")), seconds=600, what="the first checkpoint"
        )
        family = psutil.Process(first.pid).children(recursive=True)
        os.kill(first.pid, signal.SIGKILL)
        wait_until(lambda: stage_process(folder) is None, seconds=30, what="the death of the stage")
    assert (await client.run(run.id)).state is JobState.RUNNING

    with worker(trainer_settings):
        wait_until(lambda: folder.result() is not None, seconds=600, what="the result")
        wait_until(lambda: not folder.work.exists(), seconds=60, what="the end of the run")
    done = await client.run(run.id)
    assert done.error is None
    assert done.state is JobState.DONE
    assert done.attempts == 2
    assert [adapter.name for adapter in await client.adapters()] == ["ada-v1"]
    assert_resumed(folder, step=1)
    assert [p for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE] == []


async def test_a_task_that_comes_again_does_nothing_and_a_run_can_be_cancelled(
    client: TrainerClient, trainer_settings: TrainerSettings, redis: Redis
) -> None:
    """Both in one worker: it takes one task after the other, so the second is begun when the first was looked at."""
    ended = await client.start(request(Stage.SFT, dataset=DATASET))
    await client.cancel(ended.id)
    run = await client.start(request(Stage.SFT, dataset=DATASET, recipe=SFT | {"max_steps": 5000}))
    folder, board = RunFolder(trainer_settings.runs_folder / run.id), JobBoard.of(trainer_settings)
    with worker(trainer_settings):
        wait_until(lambda: _tells_loss(board, run.id), seconds=600, what="the first step")
        assert (await client.run(ended.id)).attempts == 0
        told = (await client._call("GET", "/metrics")).text
        assert f'anselm_run_loss{{run="{run.id}",stage="sft"}}' in told
        assert 'anselm_runs{state="running"} 1.0' in told
        await client.cancel(run.id)
        wait_until(lambda: stage_process(folder) is None, seconds=20, what="the end of the stage")
        wait_until(lambda: _reported(board, run.id) is JobState.CANCELLED, seconds=60, what="the end of the run")
    board.close()
    assert not folder.work.exists()
    assert (await client.run(run.id)).state is JobState.CANCELLED
    assert await client.log(run.id) == []
    assert await client.adapters() == []


def _reported(board: JobBoard, run_id: str) -> JobState | None:
    job = board.get(run_id)
    return job.state if job else None


def _tells_loss(board: JobBoard, run_id: str) -> bool:
    job = board.get(run_id)
    return job is not None and "loss" in job.detail
