"""Threads: the unit of the split.

A thread is a run of whole sessions of one chat, closed at the first end of a session after ``LEAST`` exchanges, and
where another topic begins; a session longer than ``MOST`` is cut. Neither context nor reply crosses the border of a
thread, so that no message stands in two splits. Runs are counted from the beginning of a chat: new messages change the
last thread only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from services.ingest.dataset.exchanges import Exchange

LEAST, MOST = 8, 40
SPLITS = ("train", "val", "test")
HELD_OUT = 0.1


def threads(exchanges: Iterable[Exchange]) -> Iterator[list[Exchange]]:
    """The exchanges of one chat, as ``find_exchanges`` gives them, in threads."""
    run: list[Exchange] = []
    for exchange in exchanges:
        ended = bool(run) and exchange.session != run[-1].session
        elsewhere = bool(run) and exchange.topic != run[-1].topic
        if (ended and len(run) >= LEAST) or len(run) >= MOST or elsewhere:
            yield run
            run = []
        run.append(exchange)
    if run:
        yield run


def assign_splits(sizes: Mapping[str, int]) -> dict[str, str]:
    """Thread id -> split: a tenth of the examples each for test and val, by the order of the ids' hashes.

    Deterministic, and close to stable: as data grows, only threads near the two borders move.

    Args:
        sizes: examples a thread.
    """
    order = sorted(sizes, key=lambda thread: hashlib.sha256(thread.encode()).digest())
    total, before, found = sum(sizes.values()), 0, {}
    for thread in order:
        middle = before + sizes[thread] / 2
        found[thread] = "test" if middle < HELD_OUT * total else "val" if middle < 2 * HELD_OUT * total else "train"
        before += sizes[thread]
    if len(order) >= len(SPLITS):
        found[order[0]] = "test"
        if "val" not in found.values():
            found[order[1]] = "val"
    return found
