from __future__ import annotations

from dataclasses import dataclass

import pytest

from services.trainer.liveness import promotions_standing, standing, state_of
from shared.contracts.trainer import AdapterState


@dataclass(frozen=True)
class Promoted:
    adapter: str
    rolled_back: bool = False


def live(*promotions: Promoted, tainted: tuple[str, ...] = ()) -> str | None:
    now = standing(promotions, tainted)
    return now.adapter if now else None


def test_the_newest_promotion_stands() -> None:
    assert live(Promoted("v2"), Promoted("v1")) == "v2"
    assert live() is None


def test_rolling_back_brings_back_the_one_before() -> None:
    assert live(Promoted("v2", rolled_back=True), Promoted("v1")) == "v1"


def test_a_tainted_adapter_gives_way_to_the_clean_one_before_it() -> None:
    assert live(Promoted("v2"), Promoted("v1"), tainted=("v2",)) == "v1"
    assert live(Promoted("v2"), Promoted("v1"), tainted=("v1", "v2")) is None


@dataclass(frozen=True)
class Adapter:
    name: str
    tainted: bool = False
    gone: bool = False


@dataclass(frozen=True)
class Evaluation:
    passed: bool


@pytest.mark.parametrize(
    ("adapter", "evaluated", "state"),
    [
        (Adapter("v0", tainted=True, gone=True), Evaluation(True), AdapterState.TAINTED),
        (Adapter("v4", gone=True), Evaluation(True), AdapterState.REMOVED),
        (Adapter("v1"), Evaluation(True), AdapterState.RETIRED),
        (Adapter("v2"), None, AdapterState.LIVE),
        (Adapter("v3"), Evaluation(True), AdapterState.CANDIDATE),
        (Adapter("v5"), Evaluation(False), AdapterState.EVALUATED),
        (Adapter("v6"), None, AdapterState.TRAINED),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_states(adapter: Adapter, evaluated: Evaluation | None, state: AdapterState) -> None:
    promotions = [Promoted("v4"), Promoted("v2"), Promoted("v1"), Promoted("v0")]
    assert state_of(adapter, promotions, {"v0", "v4"}, evaluated) is state


def test_the_second_that_stands_speaks_after_a_roll_back() -> None:
    promotions = [Promoted("v4"), Promoted("v3", rolled_back=True), Promoted("v2"), Promoted("v1")]
    assert [p.adapter for p in promotions_standing(promotions, {"v2"})] == ["v4", "v1"]
