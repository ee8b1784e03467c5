"""Prometheus asks the trainer's API how runs stand that other processes carry out."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from services.trainer.settings import TrainerSettings
from shared.clients.trainer import TrainerClient
from shared.contracts.trainer import Stage
from shared.errors import Invalid
from shared.jobs import JobBoard, JobReporter
from tests.integration.trainer.conftest import DATASET, request


@pytest.fixture(autouse=True)
def empty_queue(redis: Redis) -> Redis:
    return redis


async def test_metrics_show_what_unfinished_runs_report(
    client: TrainerClient, trainer_settings: TrainerSettings
) -> None:
    run = await client.start(request(Stage.SFT, dataset=DATASET))
    reporter = JobReporter(JobBoard.of(trainer_settings), run.id, "sft", interval=0)
    reporter.stage("training", total=40, unit="steps")
    reporter.advance(10, loss=2.5, learning_rate=0.0003, tokens_per_s=120.0)
    told = (await client._call("GET", "/metrics")).text
    labels = f'{{run="{run.id}",stage="sft"}}'
    for line in (
        'anselm_runs{state="queued"} 1.0',
        f"anselm_run_progress{labels} 0.25",
        f"anselm_run_loss{labels} 2.5",
        f"anselm_run_learning_rate{labels} 0.0003",
        f"anselm_run_tokens_per_second{labels} 120.0",
        f"anselm_run_eta_seconds{labels}",
    ):
        assert line in told

    await client.cancel(run.id)
    told = (await client._call("GET", "/metrics")).text
    assert 'anselm_runs{state="cancelled"} 1.0' in told
    assert run.id not in told


async def test_a_run_waits_in_the_queue_that_it_was_given(client: TrainerClient, redis: Redis) -> None:
    run = await client.start(request(Stage.SFT, dataset=DATASET, queue="gpu-large"))
    assert run.queue == "gpu-large"
    assert await redis.llen("gpu-large") == 1
    with pytest.raises(Invalid, match="queue"):
        await client._call("POST", "/v1/runs", json={"stage": "sft", "persona": "ada", "queue": "elsewhere"})
