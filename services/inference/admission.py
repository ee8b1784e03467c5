"""A bounded number of replies at once: beyond it, a clear refusal is kinder than a queue without end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Gauge

from shared.errors import TooManyRequests

#: What ``Retry-After`` says, in seconds: about one short reply on a CPU.
RETRY_AFTER = 5


class Admission:
    """Counts the replies in flight."""

    def __init__(self, limit: int, gauge: Gauge) -> None:
        self._limit = limit
        self._gauge = gauge
        self._in_flight = 0

    @contextmanager
    def slot(self) -> Iterator[None]:
        """A place for one reply.

        Raises:
            TooManyRequests: all are taken.
        """
        if self._in_flight >= self._limit:
            what = f"{self._in_flight} replies are being written, as many as MAX_IN_FLIGHT allows."
            raise TooManyRequests(what, hint=f"Try again in {RETRY_AFTER} seconds.")
        self._in_flight += 1
        self._gauge.inc()
        try:
            yield
        finally:
            self._in_flight -= 1
            self._gauge.dec()
