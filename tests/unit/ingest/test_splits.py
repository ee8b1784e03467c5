"""Sides: balanced, and for good."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from services.ingest.dataset.splits import SPLITS, Thread, assign_splits


def threads_of(chat: int, count: int, seed: int = 0) -> list[Thread]:
    rng = random.Random(f"{seed}-{chat}")
    return [Thread(chat, order, rng.randrange(4, 40)) for order in range(count)]


def remembered(threads: list[Thread], sides: list[str]) -> list[Thread]:
    """The same threads in the next version."""
    return [
        Thread(thread.chat, thread.order, thread.examples, Counter({side: thread.examples}))
        for thread, side in zip(threads, sides, strict=True)
    ]


def share(threads: list[Thread], sides: list[str], name: str) -> float:
    whole = sum(thread.examples for thread in threads)
    return sum(t.examples for t, side in zip(threads, sides, strict=True) if side == name) / whole


@pytest.mark.parametrize("count", [3, 10, 60, 400])
def test_sides_are_sound_whatever_the_sizes(count: int) -> None:
    threads = threads_of(7, count)
    sides = assign_splits(threads)
    assert sides == assign_splits(threads[::-1])[::-1], "the order in which they come is nothing"
    assert set(sides) == set(SPLITS)
    whole = sum(thread.examples for thread in threads)
    for name in ("val", "test"):
        assert count < 10 or abs(share(threads, sides, name) - 0.1) <= 40 / whole


def test_every_chat_and_every_time_gives_its_tenth() -> None:
    threads = [thread for chat in range(12) for thread in threads_of(chat, 60)]
    sides = assign_splits(threads)
    for chat in range(12):
        its = [(t, s) for t, s in zip(threads, sides, strict=True) if t.chat == chat]
        for part in (its, its[:30], its[30:]):
            for name in ("val", "test"):
                assert 0.02 <= share([t for t, _ in part], [s for _, s in part], name) <= 0.2, (chat, name)


def test_no_thread_moves_as_the_data_grows_anywhere() -> None:
    threads = [thread for chat in range(5) for thread in threads_of(chat, 20)]
    known = remembered(threads, assign_splits(threads))
    for round_ in range(1, 5):
        more = [Thread(chat, 20 * round_ + n, 10) for chat in range(8) for n in range(0, 7, 1 + chat % 2)]
        early = [Thread(chat, -n - 20 * round_, 10) for chat in (0, 3) for n in range(5)]
        grown = [*early, *known, *more]
        sides = assign_splits(grown)
        assert all(t.inherited in (None, side) for t, side in zip(grown, sides, strict=True))
        assert abs(share(grown, sides, "test") - 0.1) <= 0.02
        known = remembered(grown, sides)


def test_a_thread_of_several_sides_is_held_out() -> None:
    mixed = Thread(7, 0, 9, Counter(train=8, test=1))
    assert assign_splits([mixed, *threads_of(8, 20)])[0] == "test"


def test_two_threads_fill_what_they_can() -> None:
    assert sorted(Counter(assign_splits(threads_of(7, 2))).values()) == [1, 1]
    assert len(assign_splits(threads_of(7, 1))) == 1
    assert assign_splits([]) == []
