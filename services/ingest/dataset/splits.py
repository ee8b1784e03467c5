"""Which side of the split a thread is on: four fifths to train on, a tenth each to validate and to test.

A reply that was on a side stays there for good, in every later version and whatever the settings, so that nobody is
examined on what somebody else has learned. Only threads of replies that are new are given a side. They are walked in
the order of time, one chat after the other, and each held-out side takes the thread that brings it closest to its
share of all examples so far (error diffusion, as it is known from halftoning): every stretch of every chat gives its
tenth, and the whole is off by no more than a thread.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

SPLITS = ("train", "val", "test")
HELD_OUT = ("test", "val")
SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread as its side depends on it.

    Attributes:
        order: place in its chat, by time.
        examples: how many it has.
        former: how many of its replies were on which side before.
    """

    chat: int
    order: int
    examples: int
    former: Counter[str] = field(default_factory=Counter)

    @property
    def inherited(self) -> str | None:
        """The side of its replies; where a thread now holds some of several, a held-out one, since who has learned a
        reply must not be examined on it, while a reply that is held out may be passed over."""
        return next((side for side in (*HELD_OUT, "train") if self.former[side]), None)


def assign_splits(threads: Sequence[Thread]) -> list[str]:
    """The side of each thread, in the order of the threads; the same for the same threads in any order."""
    owed = dict.fromkeys(HELD_OUT, 0.0)
    mean = sum(thread.examples for thread in threads) / max(1, len(threads))
    owed["val"] = mean / 2  # else both sides would take neighbours
    found = [""] * len(threads)
    for place in sorted(range(len(threads)), key=lambda place: _walk(threads[place])):
        thread = threads[place]
        for side in owed:
            owed[side] += SHARE * thread.examples
        found[place] = thread.inherited or _due(owed, thread.examples)
        if found[place] in owed:
            owed[found[place]] -= thread.examples
    return _none_empty(threads, found)


def _walk(thread: Thread) -> tuple[bytes, int]:
    return hashlib.sha256(str(thread.chat).encode()).digest(), thread.order


def _due(owed: dict[str, float], examples: int) -> str:
    side = max(owed, key=lambda side: owed[side])
    return side if owed[side] >= examples / 2 else "train"


def _none_empty(threads: Sequence[Thread], found: list[str]) -> list[str]:
    """Few threads may leave a side empty: it gets the smallest new one that is trained on."""
    for side in SPLITS:
        new = [place for place, thread in enumerate(threads) if not thread.inherited]
        others = Counter(found)
        spare = [place for place in new if others[found[place]] > 1]
        if side not in found and spare:
            smallest = min(spare, key=lambda place: (threads[place].examples, _walk(threads[place])))
            found[smallest] = side
    return found


def overlapping(pairs: Iterable[tuple[int, int]], sides: Sequence[str]) -> int:
    """How many pairs of threads that share a message are on different sides."""
    return sum(sides[one] != sides[other] for one, other in pairs)
