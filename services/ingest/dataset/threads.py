"""Threads: the unit of the split.

A thread is a run of whole sessions of one chat, closed at the first end of a session after ``LEAST`` exchanges, and
where another topic begins; a session longer than ``MOST`` is cut. Neither context nor reply crosses the border of a
thread, so that no message stands in two splits. Runs are counted from the beginning of a chat: new messages change the
last thread only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from services.ingest.dataset.exchanges import Exchange

LEAST, MOST = 8, 40


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
