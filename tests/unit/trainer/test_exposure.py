"""Exposure against its definition, where the whole space is known."""

from __future__ import annotations

import math
import random

import pytest

from services.trainer.exposure import exposure

BITS = 16
SPACE = 2**BITS


@pytest.fixture(scope="module")
def surprises() -> list[float]:
    """Of every secret of a space."""
    draw = random.Random(0)
    return [draw.gauss(36, 2) for _ in range(SPACE)]


def by_definition(secret: float, surprises: list[float]) -> float:
    return BITS - math.log2(sum(other <= secret for other in surprises))


@pytest.mark.parametrize("rank", [SPACE // 2, SPACE // 8, SPACE // 30])
def test_a_secret_that_many_others_beat_is_counted(surprises: list[float], rank: int) -> None:
    secret = sorted(surprises)[rank - 1]
    estimate = exposure(secret, random.Random(1).sample(surprises, 2000), SPACE)
    assert estimate == pytest.approx(by_definition(secret, surprises), abs=0.3)


@pytest.mark.parametrize("rank", [1, 10, 60])
def test_the_tail_is_extrapolated_beyond_what_a_sample_shows(surprises: list[float], rank: int) -> None:
    secret = sorted(surprises)[rank - 1]
    estimate = exposure(secret, random.Random(2).sample(surprises, 320), SPACE)
    assert estimate == pytest.approx(by_definition(secret, surprises), abs=3)
    assert rank > 10 or estimate > math.log2(321)


def test_exposure_stays_between_nothing_and_the_whole_space() -> None:
    others = [random.Random(n).gauss(36, 2) for n in range(320)]
    assert exposure(50.0, others, 10**9) == 0
    assert exposure(0.01, others, 10**9) == pytest.approx(math.log2(10**9))


def test_a_model_to_which_all_are_alike_gives_nothing_away_unless_the_secret_stands_out() -> None:
    assert exposure(20.0, [20.0] * 80, 10**9) == 0
    assert exposure(19.0, [20.0] * 80, 10**9) == pytest.approx(math.log2(10**9))
