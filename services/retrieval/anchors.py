"""Anchors: a few replies that stand for the owner's voice when nothing similar was ever said."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

#: What cleaning left in place of something private, such as ``<phone>``. A persona should not learn to say that.
MASKED = re.compile(r"<[a-z_]+>")

#: Weight of being typical against being different from the anchors already chosen.
BALANCE = 0.5


def typical(replies: Sequence[str]) -> list[int]:
    """Indices of the replies whose length in words lies in the middle half, without masked parts or repetitions."""
    if not replies:
        return []
    lengths = np.array([len(reply.split()) for reply in replies])
    low, high = np.quantile(lengths, [0.25, 0.75])
    first = {reply.casefold(): index for index, reply in reversed(list(enumerate(replies)))}
    return [
        index
        for index, reply in enumerate(replies)
        if low <= lengths[index] <= high and first[reply.casefold()] == index and not MASKED.search(reply)
    ]


def spread(vectors: Vectors, count: int) -> list[int]:
    """Indices of ``count`` rows that are near the centre of all, yet far from each other; the most central first.

    Maximal marginal relevance with the centre of all replies as the query, so that outliers are not taken for style,
    as pure farthest-point selection would.

    Args:
        vectors: shape (replies, dimension), each of length 1.

    Source: Carbonell and Goldstein, "The Use of MMR, Diversity-Based Reranking for Reordering Documents and Producing
    Summaries", SIGIR 1998.
    """
    if not len(vectors):
        return []
    relevance = vectors @ _unit(vectors.mean(axis=0))
    nearest = np.zeros(len(vectors), dtype=np.float32)
    chosen: list[int] = []
    while len(chosen) < min(count, len(vectors)):
        score = BALANCE * relevance - (1 - BALANCE) * nearest
        score[chosen] = -np.inf
        chosen.append(int(np.argmax(score)))
        nearest = np.maximum(nearest, vectors @ vectors[chosen[-1]])
    return chosen


def _unit(vector: Vectors) -> Vectors:
    length = np.linalg.norm(vector)
    return (vector / length).astype(np.float32) if length else vector
