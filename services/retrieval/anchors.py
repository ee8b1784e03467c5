"""Anchors: a few replies that stand for the owner's voice when nothing similar was ever said."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from shared.mentions import PSEUDONYM
from shared.style import likeness

Vectors = npt.NDArray[np.float32]

#: What cleaning left in place of something private, such as ``<phone>``. A persona should not learn to say that.
MASKED = re.compile(r"<[a-z_]+>")

#: Who speaks, before a turn in a group: a classifier would learn to look for nothing else.
SPEAKER = re.compile(rf"^{PSEUDONYM}: ", re.MULTILINE)

#: Weight of being typical against being different from the anchors already chosen.
BALANCE = 0.5

#: Texts on either side that a classifier of style learns something from.
ENOUGH = 20


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


def voice(replies: Sequence[str], contexts: Sequence[str]) -> Vectors | None:
    """How much of the owner's voice is in each reply, from 0 to 1: its rank by how sure a classifier is that the owner
    wrote it and not those who are answered. None where there is too little to tell them apart by.

    Ranks, because a classifier that is nearly always sure says nearly the same of every reply.
    """
    own = list(dict.fromkeys(replies))
    others = sorted({SPEAKER.sub("", context) for context in contexts if context.strip()} - set(own))
    if min(len(own), len(others)) < ENOUGH:
        return None
    ranks = np.argsort(np.argsort(likeness(own, others), kind="stable")) / (len(own) - 1)
    rank_of = dict(zip(own, ranks, strict=True))
    return np.array([rank_of[reply] for reply in replies], dtype=np.float32)


def central(vectors: Vectors) -> Vectors:
    """How near each row is to the centre of all, so that outliers are not taken for style."""
    return vectors @ _unit(vectors.mean(axis=0)) if len(vectors) else vectors[:, 0]


def spread(vectors: Vectors, relevance: Vectors, count: int, beside: Vectors | None = None) -> list[int]:
    """Indices of ``count`` rows that are relevant, yet far from each other and from those ``beside`` them; the most
    relevant first: maximal marginal relevance.

    Args:
        vectors: shape (replies, dimension), each of length 1.
        relevance: shape (replies), from 0 to 1.
        beside: shape (others, dimension), each of length 1.

    Source: Carbonell and Goldstein, "The Use of MMR, Diversity-Based Reranking for Reordering Documents and Producing
    Summaries", SIGIR 1998.
    """
    nearest = np.zeros(len(vectors), dtype=np.float32)
    if beside is not None and len(beside) and len(vectors):
        nearest = np.maximum(nearest, (vectors @ beside.T).max(axis=1))
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
