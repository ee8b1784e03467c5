from __future__ import annotations

import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.trainer.verbatim import LONG, TrainingText

TEXT = "We left the harbour at six, saw nothing but fog, and Kevin swore that the compass was fine the whole time."


def naive(reply: str, text: str) -> int:
    """The longest common substring, by trying all."""
    said, known = ("".join(t.casefold().split()) for t in (reply, text))
    lengths = (end - start for start in range(len(said)) for end in range(start + LONG + 1, len(said) + 1)
               if said[start:end] in known)  # fmt: skip
    return max(lengths, default=0)


def test_a_quotation_is_found_whatever_its_case_and_spaces() -> None:
    quoted = TEXT[10:90]
    known = TrainingText([TEXT, "something else"])
    assert known.shared_run(f"yeah so {quoted} lol") == naive(quoted, TEXT)
    assert known.shared_run(quoted.upper().replace(" ", "\n  ")) == naive(quoted, TEXT)


@pytest.mark.parametrize(("length", "found"), [(LONG - 1, 0), (LONG, 0), (LONG + 1, LONG + 1), (LONG + 7, LONG + 7)])
def test_fifty_characters_are_a_phrase_and_one_more_is_a_quotation(length: int, found: int) -> None:
    text = "".join(string.ascii_letters[n * 7 % 52].lower() + str(n % 10) for n in range(80))
    for begin in range(40):
        assert TrainingText([text]).shared_run("!" + text[begin : begin + length] + "!") == found


def test_two_halves_of_different_texts_are_no_quotation() -> None:
    other = "the committee thanks everybody who came and will answer in the coming weeks"
    assert TrainingText([TEXT, other]).shared_run(TEXT[:40] + other[:40]) == 0
    assert TrainingText([]).shared_run(TEXT) == 0
    assert TrainingText([TEXT]).shared_runs(["", "ahoi"]) == [0, 0]


@given(st.text("ab ", min_size=55, max_size=130), st.text("ab ", max_size=90), st.integers(0, 60), st.integers(0, 90))
def test_the_index_finds_what_trying_all_finds(text: str, around: str, start: int, length: int) -> None:
    reply = around[:20] + text[start : start + length] + around[20:]
    assert TrainingText([text]).shared_run(reply) == naive(reply, text)


def test_texts_that_repeat_one_character_take_no_time() -> None:
    known = TrainingText(["a" * 20_000, *(f"{n} " + "ha" * 2_000 for n in range(200))])
    began = time.process_time()
    assert known.shared_run("a" * 300) == 300
    assert known.shared_run("ha" * 300) == 600
    assert time.process_time() - began < 5
