"""Several rankings of the same things become one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

#: How much the head of a ranking counts against its tail; the value of the paper, which found it uncritical.
K = 60


def fuse(*rankings: Sequence[str], k: int = K) -> list[tuple[str, float]]:
    """Reciprocal rank fusion: an id scores ``sum(1 / (k + rank))`` over the rankings that it is in, ranks from 1.

    Needs no scores that can be compared, which cosine distances and full-text ranks cannot. Best first; of equal
    scores, the one that an earlier ranking had first.

    Source: Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and Individual Rank Learning
    Methods", SIGIR 2009.
    """
    scores: defaultdict[str, float] = defaultdict(float)
    for ranking in rankings:
        for rank, item in enumerate(ranking, start=1):
            scores[item] += 1 / (k + rank)
    return sorted(scores.items(), key=lambda scored: -scored[1])
