"""Figures with confidence intervals: a bootstrap over the seeds of runs and over the replies that were measured.

Replies are drawn alike for everything that is compared, so that hard replies make no difference between two voices.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.fidelity.measuring import Outcome
from services.trainer.style import telling_apart_scores

DRAWS = 2_000
#: Two-sided 95 %.
TAILS = (2.5, 97.5)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Figure:
    value: float
    lo: float
    hi: float


@dataclass(frozen=True)
class Voice:
    """What all seeds of one variant gave.

    Attributes:
        nats, tokens: (seeds, replies), of each reply.
        told: (seeds, replies, replies): how sure it is that real reply i looks more like the owner's than reply j.
    """

    nats: Floats
    tokens: Floats
    told: Floats

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> Voice:
        nats = np.array([[sum(reply) for reply in outcome.losses] for outcome in outcomes])
        tokens = np.array([[len(reply) for reply in outcome.losses] for outcome in outcomes], dtype=float)
        return cls(nats, tokens, np.array([_told(outcome) for outcome in outcomes]))

    def loss(self, draw: Draw) -> float:
        drawn = np.ix_(draw.seeds(len(self.nats)), draw.replies(self.nats.shape[1]))
        return float(np.mean(self.nats[drawn].sum(1) / self.tokens[drawn].sum(1)))

    def auc(self, draw: Draw) -> float:
        some = draw.replies(self.told.shape[1])
        return float(self.told[np.ix_(draw.seeds(len(self.told)), some, some)].mean())


class Draw:
    """Which seeds and replies are looked at; without a generator: all of them, once."""

    def __init__(self, random: np.random.Generator | None = None) -> None:
        self._random = random
        self._replies: dict[int, npt.NDArray[np.int64]] = {}

    def seeds(self, count: int) -> npt.NDArray[np.int64]:
        return self._drawn(count)

    def replies(self, count: int) -> npt.NDArray[np.int64]:
        return self._replies.setdefault(count, self._drawn(count))

    def _drawn(self, count: int) -> npt.NDArray[np.int64]:
        return np.arange(count) if self._random is None else self._random.integers(0, count, count)


def figure(measure: Callable[[Draw], float]) -> Figure:
    random = np.random.default_rng(0)
    lo, hi = np.percentile([measure(Draw(random)) for _ in range(DRAWS)], TAILS)
    return Figure(measure(Draw()), float(lo), float(hi))


def _told(outcome: Outcome) -> Floats:
    count = len(outcome.real)
    return np.mean(
        [
            (real[:, None] > said[None]) + 0.5 * (real[:, None] == said[None])
            for real, said in (
                (scores[:count], scores[count:]) for scores in telling_apart_scores(outcome.real, outcome.said)
            )
        ],
        axis=0,
    )
