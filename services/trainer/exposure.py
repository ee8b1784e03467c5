"""How much a model's odds give away of a secret (Carlini et al. 2019, "The Secret Sharer", arXiv:1802.08232, sections 4
and 5).

A secret drawn from a space of equally likely ones has the exposure log2(size of the space) - log2(its rank by the
model's surprise): the bits by which the model shortens the search for it. 0 is no help; a secret that the model finds
likelier than every other has all of the space's bits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from scipy.stats import skewnorm

#: So many others must be likelier than the secret for their share to be counted; with fewer, the tail is extrapolated.
COUNTABLE = 10


def exposure(secret: float, others: Sequence[float], space: int) -> float:
    """Exposure in bits, from 0 to log2(space), estimated from a sample.

    Args:
        secret: how surprising the secret is to the model, in nats.
        others: the same of others drawn from the space; the larger the sample, the steadier the estimate.
    """
    likelier = sum(other <= secret for other in others)
    bits = by_sampling(likelier, len(others)) if likelier >= COUNTABLE else by_extrapolation(secret, others)
    return min(max(bits, 0.0), math.log2(space))


def by_sampling(likelier: int, sampled: int) -> float:
    """The secret's rank in the space, from its rank in a sample; at most log2(sampled + 1) bits can be seen so."""
    return -math.log2((likelier + 1) / (sampled + 1))


def by_extrapolation(secret: float, others: Sequence[float]) -> float:
    """The secret's rank from a skew-normal distribution fitted to the sample: how rare is it to be so likely?"""
    if min(others) == max(others):
        return math.inf if secret < others[0] else 0.0
    return float(-skewnorm.logcdf(secret, *skewnorm.fit(others)) / math.log(2))
