"""How runs report their progress."""

from __future__ import annotations

from typing import Any

from redis.exceptions import RedisError

from shared.jobs import JobReporter
from shared.telemetry import logger

log = logger(__name__)


class PatientReporter(JobReporter):
    """Progress is not worth a run: when Redis is away, it is not reported."""

    def _update(self, *, force: bool = False, **changes: Any) -> None:
        try:
            super()._update(force=force, **changes)
        except RedisError as error:
            log.warning("progress_not_reported", reason=type(error).__name__)
