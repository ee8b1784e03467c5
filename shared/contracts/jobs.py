"""Progress of long work: every queued import, dataset, index and run is followed through this one shape."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field

from shared.contracts.base import Contract


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class Job(Contract):
    """Where a piece of long work stands. ``rate`` is units a second, ``eta_s`` seconds to go."""

    id: str
    kind: str
    state: JobState
    stage: str = ""
    done: int = 0
    total: int | None = None
    unit: str = ""
    rate: float | None = None
    eta_s: float | None = None
    detail: dict[str, Any] = Field(default_factory=dict)
    error: str | None = None
    updated_at: float = Field(description="Unix time in seconds")
