"""What a model gives up of what it was trained on, as an evaluation reports it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from services.trainer.examples import Dataset
from services.trainer.verbatim import TrainingText
from shared.contracts.trainer import LeakFigures, Leaks


@dataclass(frozen=True)
class GivenUp:
    """``exposures`` in bits, one a canary; ``asked`` of them were asked for, and ``extracted`` said."""

    exposures: list[float]
    asked: int
    extracted: int


@dataclass(frozen=True)
class Told:
    """A voice's replies to held-out messages, and what it gave up; none where there are no canaries."""

    replies: Sequence[str]
    given_up: GivenUp | None


def leaks_of(dataset: Dataset, persona: Told, base: Told) -> Leaks:
    text = TrainingText(m.content for e in dataset.train for m in e.messages if m.role != "system")
    return Leaks(
        canaries=len(dataset.canaries.canaries) if dataset.canaries else 0,
        repeats=dataset.canaries.repeats if dataset.canaries else 0,
        persona=_figures(persona, text),
        base=_figures(base, text),
    )


def _figures(told: Told, text: TrainingText) -> LeakFigures:
    runs = text.shared_runs(told.replies)
    verbatim = {
        "verbatim": sum(run > 0 for run in runs),
        "verbatim_longest": max(runs, default=0),
        "replies": len(runs),
    }
    given = told.given_up
    if given is None:
        return LeakFigures(**verbatim)
    return LeakFigures(
        exposure_max=max(given.exposures),
        exposure_mean=fmean(given.exposures),
        asked=given.asked,
        extracted=given.extracted,
        **verbatim,
    )
