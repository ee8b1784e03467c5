from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.privacy.detectors import find_in, masked
from shared.privacy.stream import settled
from tests.unit.shared.private_texts import HARMLESS, PRIVATE, TEXTS

PIECES = st.lists(st.sampled_from([*TEXTS, *HARMLESS]), max_size=5)


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in PRIVATE.items() for text in texts])
def test_every_kind_is_found_in_talk(kind: str, text: str) -> None:
    found = find_in(f"hey, it is {text} haha see you there")
    assert {span.kind for span in found} == {kind}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("talk", ["so it was like this: {} and then we went home", "{}", "ok\n{}\nbye"])
def test_no_find_begins_in_what_is_settled_and_ends_behind(talk: str, text: str) -> None:
    whole = talk.format(text)
    for end in range(len(whole) + 1):
        at = settled(whole[:end])
        assert at <= end
        assert not [span for span in find_in(whole) if span.start < at < span.end]


@settings(deadline=None)
@given(PIECES)
def test_it_holds_whatever_comes_after_what(pieces: list[str]) -> None:
    whole = " ".join(pieces)
    finds = find_in(whole)
    ends = [at for at, c in enumerate(whole, 1) if c.isspace()]
    for end in ends:
        at = settled(whole[:end])
        assert not [span for span in finds if span.start < at < span.end]


@settings(deadline=None)
@given(PIECES)
def test_clean_text_stays_as_it_is(pieces: list[str]) -> None:
    clean = masked(" ".join(pieces)).text
    assert masked(clean).text == clean
    assert not find_in(clean)


def test_ordinary_talk_is_settled_but_for_two_words() -> None:
    assert settled("hey there, how ar") == len("hey there, ")
    assert settled("hey there, how are ") == len("hey there, how ")
    assert settled("hey there, so it is.\n") == len("hey there, so it is.\n")


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("call 06 1122 ", "06 1122 "),
        ("it is in the Große Bergstraße ", "Große Bergstraße "),
        ("write to john at ", "john at "),
        ("we live in ul. ", "ul. "),
        ("yes: cream field super ", "cream field super "),
        (
            "here -----BEGIN X KEY-----\nabc and much more to come\n",
            "-----BEGIN X KEY-----\nabc and much more to come\n",
        ),
        ("I was born 12 of the ", "12 of the "),
    ],
)
def test_what_may_grow_waits(text: str, held: str) -> None:
    assert text[settled(text) :] == held


def test_a_number_does_not_wait_for_ever() -> None:
    text = "there were 20 of them and we ate all of "
    assert text[settled(text) :] == "of "


@pytest.mark.parametrize("text", ["5 " * 5_000, "a" * 100_000, "Ab " * 30_000, "-----BEGIN " * 5_000, "at " * 30_000])
def test_hostile_text_takes_bounded_time(text: str) -> None:
    assert 0 <= settled(text[:20_000]) <= len(text)
