"""How runs stand, for Prometheus: read when it asks, from what they report, wherever their processes are."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Gauge
from redis.asyncio import Redis

from services.trainer.repository import Runs
from shared.contracts.jobs import Job, JobState
from shared.database import Database
from shared.errors import NotFound
from shared.jobs import read_job
from shared.sealing import Seal

#: Gauges of a run: what they are called after ``anselm_run_``, and what they show.
_OF_A_RUN = {
    "progress": "Share of the run's stage that is done",
    "eta_seconds": "Time until the run's stage is done",
    "loss": "Loss of the run's last step, nats a token",
    "eval_loss": "Loss on held-out conversations when last measured, nats a token",
    "learning_rate": "Learning rate of the run's last step",
    "tokens_per_second": "Trained tokens a second and GPU",
}


class RunGauges:
    """Shows the runs that have not ended; those that have are counted, so that labels do not pile up."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._runs = Gauge("anselm_runs", "Runs, by state", ["state"], registry=registry)
        self._of_a_run = {
            name: Gauge(f"anselm_run_{name}", what, ["run", "stage"], registry=registry)
            for name, what in _OF_A_RUN.items()
        }

    async def look(self, database: Database, redis: Redis, seal: Seal) -> None:
        """Read how the runs stand now."""
        async with database.transaction() as session:
            counts, rows = await Runs(session).count(), await Runs(session).unfinished()
        jobs = [await _job(redis, seal, row.id) for row in rows]
        for state in JobState:
            self._runs.labels(state.value).set(counts.get(state.value, 0))
        for gauge in self._of_a_run.values():
            gauge.clear()
        for job in filter(None, jobs):
            for name, value in _figures(job):
                self._of_a_run[name].labels(job.id, job.kind).set(value)


def _figures(job: Job) -> Iterator[tuple[str, float]]:
    if job.total:
        yield "progress", job.done / job.total
    if job.eta_s is not None:
        yield "eta_seconds", job.eta_s
    for name, told in (
        ("tokens_per_second", "tokens_per_s"),
        *((n, n) for n in ("loss", "eval_loss", "learning_rate")),
    ):
        if told in job.detail:
            yield name, float(job.detail[told])


async def _job(redis: Redis, seal: Seal, run_id: str) -> Job | None:
    try:
        return await read_job(redis, seal, run_id)
    except NotFound:
        return None
