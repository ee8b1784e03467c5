from __future__ import annotations

from dataclasses import dataclass

from services.trainer.liveness import standing, state_of
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


def test_states() -> None:
    promotions = [Promoted("v2"), Promoted("v1")]
    states = {name: state_of(name, promotions, {"v0"}) for name in ("v0", "v1", "v2", "v3")}
    assert states == {
        "v0": AdapterState.TAINTED,
        "v1": AdapterState.RETIRED,
        "v2": AdapterState.LIVE,
        "v3": AdapterState.CANDIDATE,
    }
