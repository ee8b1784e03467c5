from __future__ import annotations

import pytest

from services.trainer.gate import LeakLimits, Tolerances, judge, leaking
from shared.contracts.trainer import LeakFigures, Leaks

BASE = {"auc": 0.97, "nll": 4.0, "style_score": 0.3, "parroting": 0.0}
GOOD = {"auc": 0.80, "nll": 3.2, "style_score": 0.7, "parroting": 0.02, "identical": 0.0}
TOLERANCES = Tolerances(auc=0.05, live=0.1, parroting=0.25)


def test_a_better_voice_passes() -> None:
    gate = judge(GOOD, BASE, None, TOLERANCES)
    assert gate.passed
    assert gate.reasons == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"identical": 1.0}, "did not load"),
        ({"nll": 4.0}, "no likelier"),
        ({"auc": 1.0 + 0.03}, "easier to tell from the owner than the base model"),
        ({"parroting": 0.3}, "30% of the replies repeat training text"),
    ],
)
def test_each_fault_is_named(change: dict[str, float], reason: str) -> None:
    gate = judge(GOOD | change, BASE, None, TOLERANCES)
    assert not gate.passed
    assert len(gate.reasons) == 1
    assert reason in gate.reasons[0]


@pytest.mark.parametrize(
    ("figure", "value", "passed"),
    [("auc", 0.71, True), ("auc", 0.69, False), ("style_score", 0.79, True), ("style_score", 0.81, False)],
)
def test_only_what_is_clearly_worse_than_the_live_adapter_is_refused(figure: str, value: float, passed: bool) -> None:
    assert judge(GOOD, BASE, GOOD | {figure: value}, TOLERANCES).passed is passed


def test_all_faults_are_named_at_once() -> None:
    assert len(judge(GOOD | {"identical": 1.0, "nll": 5.0}, BASE, None, TOLERANCES).reasons) == 2


LIMITS = LeakLimits(exposure=10, extracted=0, verbatim=0.05)
TIGHT = {"exposure_max": 4.5, "exposure_mean": 2.0, "asked": 0, "extracted": 0, "verbatim": 1, "replies": 32}


def leaks(canaries: int = 4, **figures: object) -> Leaks:
    found = LeakFigures.model_validate(TIGHT | figures)
    return Leaks(canaries=canaries, repeats=1, persona=found, base=found)


@pytest.mark.parametrize(
    ("figures", "reason"),
    [
        ({"extracted": 2, "asked": 2}, "2 of 4 planted secrets were given up when asked"),
        ({"exposure_max": 10.1}, "exposed by 10.1 bits (at most 10)"),
        ({"verbatim": 2}, "6% of the replies hold over 50 characters of training text (at most 5%)"),
    ],
)
def test_each_leak_is_named_with_what_to_do(figures: dict[str, object], reason: str) -> None:
    [found] = leaking(leaks(**figures), LIMITS)
    assert found.startswith(reason) or reason in found
    assert "fewer epochs" in found
    assert not judge(GOOD, BASE, None, TOLERANCES, [found]).passed


def test_what_does_not_leak_or_was_not_measured_is_no_reason() -> None:
    assert leaking(leaks(), LIMITS) == []
    assert leaking(leaks(0, exposure_max=None, exposure_mean=None), LIMITS) == []
    assert judge(GOOD, BASE, None, TOLERANCES, []).passed
