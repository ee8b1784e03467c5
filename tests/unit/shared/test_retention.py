from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shared.retention import past


def test_what_is_kept_for_ever_has_no_past() -> None:
    assert past(timedelta(0)) is None


def test_the_past_begins_where_keeping_ends() -> None:
    moment = past(timedelta(days=2))
    assert moment is not None
    assert abs(datetime.now(UTC) - timedelta(days=2) - moment) < timedelta(minutes=1)
