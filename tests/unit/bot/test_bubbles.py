from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.bot.bubbles import LONGEST, LONGEST_PAUSE, MOST, SHORTEST_PAUSE, pause, split


@pytest.mark.parametrize(
    ("reply", "bubbles"),
    [
        ("hi", ["hi"]),
        ("ach..\nrye tomorrow", ["ach..", "rye tomorrow"]),
        ("one\r\n\n  two  \n", ["one", "two"]),
        (" \n\n", []),
    ],
)
def test_one_bubble_a_line(reply: str, bubbles: list[str]) -> None:
    assert split(reply) == bubbles


def test_more_lines_than_bubbles_stay_together_in_the_last() -> None:
    lines = [str(number) for number in range(MOST + 3)]
    assert split("\n".join(lines)) == [*lines[: MOST - 1], "\n".join(lines[MOST - 1 :])]


def test_a_long_line_is_cut_between_words() -> None:
    first, second = split("word " * 1000)
    assert first.endswith("word")
    assert second.startswith("word")


def test_a_line_without_a_space_is_cut_where_it_must_be() -> None:
    assert [len(piece) for piece in split("x" * (LONGEST + 1))] == [LONGEST, 1]


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=10_000))
def test_nothing_is_lost_and_telegram_takes_every_bubble(reply: str) -> None:
    bubbles = split(reply)
    assert "".join("".join(bubbles).split()) == "".join(reply.split())
    assert all(0 < len(bubble) <= LONGEST for bubble in bubbles)


def test_longer_bubbles_take_longer_to_type_within_bounds() -> None:
    assert SHORTEST_PAUSE < pause("ok") < pause("rye tomorrow, captain") < pause("x" * 4000) == LONGEST_PAUSE
