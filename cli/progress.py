"""Follows a job until it has ended: a bar in a terminal, a line a stage elsewhere."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Protocol

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn

from cli.console import err, say
from cli.sparkline import sparkline
from shared.clients.base import Client
from shared.contracts.jobs import Job, JobState
from shared.errors import AnselmError, Unavailable

INTERVAL = 0.4
#: A service that is restarted meanwhile does not end the watching.
PATIENCE = 60.0


class Display(Protocol):
    def show(self, job: Job) -> None: ...
    def close(self) -> None: ...


async def follow(client: Client, job_id: str, label: str, *, console: Console = err) -> Job:
    """Show a job's progress until it has ended. Ctrl-C ends the watching, not the job.

    Returns:
        The finished job.

    Raises:
        AnselmError: the job failed or was cancelled; the message is its own.
    """
    display: Display = Bar(label, console) if console.is_terminal else Lines(label, console)
    try:
        job = await _until_ended(client, job_id, display)
    except asyncio.CancelledError:
        display.close()
        say(f"{label} goes on in the background. Watch it with: anselm watch {job_id}")
        raise
    finally:
        display.close()
    if job.state is JobState.FAILED:
        raise AnselmError(job.error or f"{label} failed.")
    if job.state is JobState.CANCELLED:
        raise AnselmError(f"{label} was cancelled.")
    return job


async def _until_ended(client: Client, job_id: str, display: Display) -> Job:
    silent_since: float | None = None
    while True:
        try:
            job, silent_since = await client.job(job_id), None
        except Unavailable:
            silent_since = silent_since or time.monotonic()
            if time.monotonic() - silent_since > PATIENCE:
                raise
        else:
            display.show(job)
            if job.state.ended:
                return job
        await asyncio.sleep(INTERVAL)


class Bar:
    """Stage, bar, count, rate, time to go, and the loss with its curve where there is one."""

    def __init__(self, label: str, console: Console) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(24), TextColumn("{task.fields[figures]}"))
        self._progress = Progress(*columns, console=console, transient=True)
        self._task = self._progress.add_task(escape(label), total=None, figures="queued")
        self._label = label
        self._losses: list[float] = []
        self._progress.start()

    def show(self, job: Job) -> None:
        loss = job.detail.get("loss")
        if isinstance(loss, int | float) and (not self._losses or self._losses[-1] != loss):
            self._losses.append(float(loss))
        figures = list(describe(job))
        if len(self._losses) > 1:
            figures.append(sparkline(self._losses, width=24))
        name = f"{self._label}: {job.stage}" if job.stage else self._label
        self._progress.update(
            self._task,
            description=escape(name),
            total=job.total,
            completed=job.done,
            figures=escape("  ".join(figures)),
        )

    def close(self) -> None:
        self._progress.stop()


class Lines:
    """For logs and scripts: a line when the stage or its note changes, and one every few seconds."""

    EVERY = 15.0

    def __init__(self, label: str, console: Console) -> None:
        self._label = label
        self._console = console
        self._news = ("", "")
        self._said = 0.0

    def show(self, job: Job) -> None:
        now, news = time.monotonic(), (job.stage, str(job.detail.get("note", "")))
        if any(news) and (news != self._news or now - self._said > self.EVERY):
            self._news, self._said = news, now
            self._console.print(escape(f"{self._label}: {job.stage}  {'  '.join(describe(job))}".rstrip()))

    def close(self) -> None: ...


def describe(job: Job) -> Iterable[str]:
    """What there is to say about a job beside its stage: count, rate, time to go, a note, the loss, and its speed."""
    if job.state is JobState.QUEUED:
        yield "queued"
    if job.total or job.done:
        yield f"{job.done:,}{f'/{job.total:,}' if job.total else ''} {job.unit}".rstrip()
    if job.rate:
        yield f"{job.rate:,.1f}/s"
    if job.eta_s:
        yield f"{_clock(job.eta_s)} to go"
    if note := job.detail.get("note"):
        yield str(note)
    if isinstance(loss := job.detail.get("loss"), int | float):
        yield f"loss {loss:.3f}"
    if isinstance(rate := job.detail.get("tokens_per_s"), int | float):
        yield f"{rate:,.0f} tokens/s"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
