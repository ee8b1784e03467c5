"""Progress of long work, in Redis: written by whoever works, read by APIs, the command line and the console.

It is sealed: an error may name a file, a report the chats of an import.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, Self

from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from shared.contracts.jobs import Job, JobState
from shared.errors import NotFound
from shared.sealing import Place, Seal
from shared.settings import Settings

KEEP = timedelta(days=7)


def _key(job_id: str) -> str:
    return f"anselm:job:{job_id}"


class JobBoard:
    """Where jobs are written up."""

    def __init__(self, redis: Redis, seal: Seal) -> None:
        self._redis = redis
        self._seal = seal

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(Redis.from_url(settings.broker_url), Seal.of(settings))

    def put(self, job: Job) -> None:
        self._redis.set(_key(job.id), self._seal.seal(job.model_dump_json(), Place.JOB), ex=KEEP)

    def get(self, job_id: str) -> Job | None:
        raw: Any = self._redis.get(_key(job_id))
        return _opened(self._seal, raw)

    def close(self) -> None:
        self._redis.close()


class JobReporter:
    """Reports the progress of one job: at most every ``interval`` seconds, and at each change of stage or state."""

    def __init__(self, board: JobBoard, job_id: str, kind: str, *, interval: float = 0.25) -> None:
        self._board = board
        self._interval = interval
        self._written = 0.0
        self._stage_began = time.monotonic()
        self._stage_start = 0
        self.job = Job(id=job_id, kind=kind, state=JobState.QUEUED, updated_at=time.time())

    def queued(self, note: str = "") -> None:
        """Say that the job waits, and for what if that is known."""
        detail = {**self.job.detail, "note": note} if note else self.job.detail
        self._update(state=JobState.QUEUED, detail=detail, force=True)

    def stage(self, name: str, total: int | None = None, unit: str = "", *, done: int = 0) -> None:
        """Begin a stage of ``total`` units, of which a resumed one has ``done`` already."""
        self._stage_began = time.monotonic()
        self._stage_start = done
        fresh = {"done": done, "total": total, "unit": unit, "rate": None, "eta_s": None}
        self._update(state=JobState.RUNNING, stage=name, force=True, **fresh)

    def advance(self, done: int, **detail: Any) -> None:
        """Say that ``done`` units of this stage are finished; ``detail`` holds figures worth showing, as the loss."""
        elapsed = time.monotonic() - self._stage_began
        worked = done - self._stage_start
        rate = worked / elapsed if elapsed > 0 and worked > 0 else None
        total = self.job.total
        eta = (total - done) / rate if rate and total is not None and total >= done else None
        self._update(done=done, rate=rate, eta_s=eta, detail={**self.job.detail, **detail})

    def note(self, text: str) -> None:
        """Say in a sentence what is going on, at once; an empty one takes the last back."""
        self._update(state=JobState.RUNNING, detail={**self.job.detail, "note": text}, force=True)

    def finish(self, **detail: Any) -> None:
        self._update(state=JobState.DONE, eta_s=None, detail={**self.job.detail, **detail}, force=True)

    def fail(self, error: str) -> None:
        self._update(state=JobState.FAILED, error=error, force=True)

    def cancel(self) -> None:
        self._update(state=JobState.CANCELLED, force=True)

    def _update(self, *, force: bool = False, **changes: Any) -> None:
        self.job = self.job.model_copy(update={**changes, "updated_at": time.time()})
        now = time.monotonic()
        if force or now - self._written >= self._interval:
            self._written = now
            self._board.put(self.job)


async def read_job(redis: AsyncRedis, seal: Seal, job_id: str) -> Job:
    """Where a job stands.

    Raises:
        NotFound: no job of that id reported within the last seven days.
    """
    job = _opened(seal, await redis.get(_key(job_id)))
    if job is None:
        raise NotFound(f"There is no job {job_id!r}.")
    return job


async def watch_job(
    redis: AsyncRedis, seal: Seal, job_id: str, interval: float = 0.25, repeat: float = float("inf")
) -> AsyncIterator[Job]:
    """Every change of a job until it has ended, and the same again when nothing changed for ``repeat`` seconds."""
    last: Job | None = None
    said = 0.0
    while last is None or not last.state.ended:
        job = await read_job(redis, seal, job_id)
        if job != last or time.monotonic() - said >= repeat:
            yield job
            last, said = job, time.monotonic()
        if not job.state.ended:
            await asyncio.sleep(interval)


def _opened(seal: Seal, raw: str | bytes | None) -> Job | None:
    text = seal.unseal(raw, Place.JOB) if raw is not None else None
    return Job.model_validate_json(text) if text is not None else None
