from __future__ import annotations

import random
from datetime import timedelta
from math import log

import pytest

from services.ingest.dataset.exchanges import sessions
from services.ingest.dataset.silences import UNKNOWN, Silences
from tests.unit.ingest.conversing import HOUR, MIRA, OWNER, said, silent

MINUTE, DAY = 60.0, 86_400.0


def gap(short: float, long: float, share: float, count: int = 600) -> timedelta:
    """What is found where silences are around two lengths in seconds, the long ones being a share of all."""
    rng, silences = random.Random(1), Silences()
    for _ in range(count):
        middle, width = (long, 0.5) if rng.random() < share else (short, 1.0)
        silences.add(timedelta(seconds=rng.lognormvariate(log(middle), width)))
    return silences.gap


def test_each_chat_has_a_silence_of_its_own() -> None:
    quick, slow = gap(MINUTE, DAY / 2, 0.1), gap(60 * MINUTE, 3 * DAY, 0.1)
    assert 2 * HOUR <= quick <= 5 * HOUR
    assert 10 * HOUR <= slow <= 24 * HOUR


@pytest.mark.parametrize(("short", "long", "share"), [(1, 30, 0.5), (MINUTE, 7 * DAY, 0.3), (3 * DAY, 9 * DAY, 0.5)])
def test_it_is_bounded(short: float, long: float, share: float) -> None:
    assert 2 * HOUR <= gap(short, long, share) <= 24 * HOUR


def test_few_silences_and_silences_all_alike_tell_nothing() -> None:
    assert gap(MINUTE, DAY, 0.2, count=20) == UNKNOWN
    assert gap(MINUTE, MINUTE, 0) == UNKNOWN


def test_the_owner_may_fix_it() -> None:
    messages = silent(*[60] * 10, 3 * 3600, *[60] * 10)
    assert [len(run) for run in sessions(messages, None)] == [22]
    assert [len(run) for run in sessions(messages, 2 * HOUR)] == [11, 11]


def test_new_messages_never_move_a_border_before_them() -> None:
    rng = random.Random(3)
    messages = silent(*(rng.lognormvariate(log(120), 2.5) for _ in range(400)))
    whole = list(sessions(messages, None))
    assert len(whole) > 5
    for count in range(50, 400, 37):
        part = list(sessions(messages[:count], None))
        assert part[:-1] == whole[: len(part) - 1]


def test_a_reply_by_name_is_of_the_session_that_it_replies_to() -> None:
    asked, late = said(1, MIRA, "boat?", minutes=0), said(2, OWNER, "dry!", minutes=3000, reply_to=1)
    assert len(list(sessions([asked, late], HOUR))) == 1
    assert len(list(sessions([asked, said(2, OWNER, "dry!", minutes=3000)], HOUR))) == 2
