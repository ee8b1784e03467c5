"""What may go to free space, and what never does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.trainer.garbage import GONE, Decision, Policy, Weights, decide
from shared.contracts.trainer import AdapterState

NOW = datetime(2026, 5, 1, tzinfo=UTC)
NOTHING = Policy(newest=0, adapters_for=timedelta(0), merged_for=timedelta(0))


def weights(
    version: int,
    state: AdapterState = AdapterState.RETIRED,
    *,
    parent: int | None = None,
    days: int = 0,
    persona: str = "ada",
) -> Weights:
    name = f"{persona}-v{version}"
    return Weights(name, persona, version, parent and f"{persona}-v{parent}", state, NOW - timedelta(days=days))


def decided(
    *known: Weights, before: tuple[str, ...] = (), used: tuple[str, ...] = (), policy: Policy = NOTHING
) -> Decision:
    return decide(known, before, used, policy, NOW)


def test_what_is_needed_stays_however_little_is_to_be_kept() -> None:
    known = [
        weights(1),
        weights(2),
        weights(3, AdapterState.LIVE),
        weights(4, AdapterState.CANDIDATE),
        weights(5, AdapterState.TRAINED),
        weights(6, AdapterState.EVALUATED),
        weights(7, AdapterState.EVALUATED),
    ]
    found = decided(*known, before=("ada-v2",), used=("ada-v7",))
    assert found.adapters == found.merged == {"ada-v1", "ada-v5", "ada-v6"}
    assert found.kept == {
        "ada-v2": "speaks again after a roll-back",
        "ada-v3": "live",
        "ada-v4": "candidate",
        "ada-v7": "a run works with it",
    }


def test_what_is_continued_stays_to_the_beginning_but_not_merged() -> None:
    known = [weights(1), weights(2, parent=1), weights(3, AdapterState.LIVE, parent=2), weights(4, parent=1)]
    found = decided(*known)
    assert found.adapters == {"ada-v4"}
    assert found.merged == {"ada-v1", "ada-v2", "ada-v4"}
    assert found.kept["ada-v1"] == "continued by ada-v2"


def test_the_newest_stay_of_each_persona() -> None:
    known = [weights(n, persona=persona) for n in (1, 2, 3) for persona in ("ada", "bo")]
    found = decided(*known, policy=Policy(2, timedelta(0), timedelta(0)))
    assert found.adapters == {"ada-v1", "bo-v1"}
    assert len(found.merged) == 6, "merged ones are made again when they are needed"


def test_the_young_stay() -> None:
    known = [weights(1, days=40), weights(2, days=20), weights(3, days=1)]
    found = decided(*known, policy=Policy(0, timedelta(days=30), timedelta(days=7)))
    assert found.adapters == {"ada-v1"}
    assert found.merged == {"ada-v1", "ada-v2"}
    everything = Policy(0, timedelta.max, timedelta.max)
    assert decided(*known, policy=everything).adapters == decided(*known, policy=everything).merged == set()


def test_what_is_gone_is_not_decided_again() -> None:
    found = decided(weights(1, AdapterState.TAINTED), weights(2, AdapterState.REMOVED), weights(3, parent=2))
    assert found.adapters == {"ada-v3"}
    assert found.kept == {}


STATES = st.sampled_from(list(AdapterState))


@given(st.lists(st.tuples(STATES, st.integers(0, 9), st.integers(0, 60)), max_size=10), st.integers(0, 3))
def test_nothing_that_stays_continues_what_goes(made: list[tuple[AdapterState, int, int]], newest: int) -> None:
    known = [
        weights(n, state, parent=parent if 0 < parent < n else None, days=days)
        for n, (state, parent, days) in enumerate(made, start=1)
    ]
    found = decided(*known, policy=Policy(newest, timedelta(days=30), timedelta(days=7)))
    there = {w.name: w for w in known if w.state not in GONE}
    assert found.adapters | found.kept.keys() == there.keys()
    assert not found.adapters & found.kept.keys()
    assert not {there[name].parent for name in found.kept} & found.adapters
    assert not {w.name for w in known if w.state in (AdapterState.LIVE, AdapterState.CANDIDATE)} & found.merged
