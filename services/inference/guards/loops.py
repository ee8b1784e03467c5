"""Degenerate repetition: a small model that has lost the thread says the same thing until it is stopped."""

from __future__ import annotations

#: A unit of any length up to ``LONGEST`` that comes at least ``TIMES`` times in a row, over ``SPAN`` characters or
#: more. "hahahahaha" and "!!!!!!" are style, and shorter than that.
LONGEST, TIMES, SPAN = 120, 3, 48


def is_looping(text: str) -> bool:
    """Does a text end in a loop?"""
    tail = text[-LONGEST * TIMES :]
    return any(_repeats(tail, size) for size in range(1, min(LONGEST, len(tail) // TIMES) + 1))


def _repeats(tail: str, size: int) -> bool:
    times = max(TIMES, -(-SPAN // size))
    return len(tail) >= size * times and tail.endswith(tail[-size:] * times)
