"""How long a silence ends a session: found from the silences of the conversation itself.

Silences within a session and between sessions are two humps on a logarithmic scale (Halfaker et al. 2015, "User Session
Identification Based on Strong Regularities in Inter-activity Time"). The border between them is where two normal
distributions explain the histogram best: minimum error thresholding (Kittler & Illingworth 1986).

Only silences that have passed count, so that new messages never move the border of a session before them.
"""

from __future__ import annotations

from datetime import timedelta
from math import inf, log, log2

#: Bins are half octaves, from about a minute to a month.
FIRST_S, BINS = 7200 / 2**7, 32
#: Bins at whose lower end a session may end: from 2 to 23 hours. Below that a late reply would lose its question.
BORDERS = range(14, 22)
#: Until there are this many silences, or where they are all alike.
ENOUGH, UNKNOWN = 64, timedelta(hours=6)
#: Each hump is at least this share of the silences, and half a bin wide.
SHARE, NARROW = 0.01, 0.25
#: The border is looked for again when silences have become more by a half.
GROWTH = 1.5


class Silences:
    """The silences of one conversation so far, and the longest that does not end a session."""

    def __init__(self) -> None:
        self.gap = UNKNOWN
        self._counts = [0] * BINS
        self._total = 0
        self._due = ENOUGH

    def add(self, silence: timedelta) -> None:
        seconds = silence.total_seconds()
        place = int(2 * log2(seconds / FIRST_S)) if seconds > FIRST_S else 0
        self._counts[min(place, BINS - 1)] += 1
        self._total += 1
        if self._total >= self._due:
            self._due = int(self._total * GROWTH)
            self.gap = border(self._counts)


def border(counts: list[int]) -> timedelta:
    """The silence that parts the two humps of a histogram of ``BINS`` bins best."""
    best, found = inf, UNKNOWN
    for place in BORDERS:
        error = _error(counts, place)
        if error < best:
            best, found = error, timedelta(seconds=FIRST_S * 2 ** (place / 2))
    return found


def _error(counts: list[int], place: int) -> float:
    """Kittler & Illingworth's criterion for parting the histogram below a bin."""
    total, error = sum(counts), 1.0
    for start, hump in ((0, counts[:place]), (place, counts[place:])):
        size = sum(hump)
        if size < SHARE * total:
            return inf
        mean = sum(count * (start + at) for at, count in enumerate(hump)) / size
        variance = sum(count * (start + at - mean) ** 2 for at, count in enumerate(hump)) / size
        share = size / total
        error += share * log(max(variance, NARROW)) - 2 * share * log(share)
    return error
