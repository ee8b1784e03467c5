"""How runs stand, for Prometheus: read when it asks, from what they report, wherever their processes are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis.asyncio import Redis

from services.trainer.repository import Runs
from shared.contracts.jobs import Job, JobState
from shared.database import Database
from shared.errors import NotFound
from shared.jobs import read_job
from shared.sealing import Seal

#: Gauges of a run by the figure of its progress that they show.
_FIGURES = {
    "loss": ("anselm_run_loss", "Loss of the last step, nats a token"),
    "eval_loss": ("anselm_run_eval_loss", "Loss on held-out conversations when last measured, nats a token"),
    "learning_rate": ("anselm_run_learning_rate", "Learning rate of the last step"),
    "tokens_per_s": ("anselm_run_tokens_per_second", "Trained tokens a second and GPU"),
}


class RunGauges(Collector):
    """Shows the runs that have not ended; those that have are counted, so that labels do not pile up."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._counts: Mapping[str, int] = {}
        self._jobs: list[Job] = []
        registry.register(self)

    async def look(self, database: Database, redis: Redis, seal: Seal) -> None:
        """Read how the runs stand now."""
        async with database.transaction() as session:
            counts, rows = await Runs(session).count(), await Runs(session).unfinished()
        jobs = [await _job(redis, seal, row.id) for row in rows]
        self._counts, self._jobs = counts, [job for job in jobs if job is not None]

    def collect(self) -> Iterator[Metric]:
        states = {state.value: float(self._counts.get(state, 0)) for state in JobState}
        yield _family("anselm_runs", "Runs, by state", ("state",), [((state,), n) for state, n in states.items()])
        shares = [(job, job.done / job.total) for job in self._jobs if job.total]
        yield _of_runs("anselm_run_progress", "Share of the stage that is done", shares)
        etas = [(job, job.eta_s) for job in self._jobs if job.eta_s is not None]
        yield _of_runs("anselm_run_eta_seconds", "Time until the stage is done", etas)
        for figure, (name, what) in _FIGURES.items():
            told = [(job, float(job.detail[figure])) for job in self._jobs if figure in job.detail]
            yield _of_runs(name, what, told)


def _of_runs(name: str, what: str, values: Iterable[tuple[Job, float]]) -> GaugeMetricFamily:
    return _family(name, what, ("run", "stage"), [((job.id, job.kind), value) for job, value in values])


def _family(
    name: str, what: str, labels: tuple[str, ...], values: Iterable[tuple[tuple[str, ...], float]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, what, labels=labels)
    for names, value in values:
        family.add_metric(names, value)
    return family


async def _job(redis: Redis, seal: Seal, run_id: str) -> Job | None:
    try:
        return await read_job(redis, seal, run_id)
    except NotFound:
        return None
