"""For how long something is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def past(kept: timedelta) -> datetime | None:
    """What is from before this moment is not kept any more; none where everything is."""
    return datetime.now(UTC) - kept if kept else None
