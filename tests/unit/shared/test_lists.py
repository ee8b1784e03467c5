from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.privacy.detectors import maskers_for
from shared.privacy.lists import Lists
from shared.privacy.masking import clean_text
from tests.unit.shared.private_texts import HARMLESS, TEXTS


def clean(text: str, *, allow: tuple[str, ...] = (), deny: tuple[str, ...] = ()) -> str:
    lists = Lists(frozenset(allow), frozenset(deny))
    return clean_text(text, lambda now: lists.applied(maskers_for(now))).text


@pytest.mark.parametrize(
    ("text", "denied", "expected"),
    [
        ("we go to Tulip  House", "tulip house", "we go to <private>"),
        ("tulips in the tulip house.", "tulip house", "tulips in the <private>."),
        ("МОЙ проект Лодка", "проект лодка", "МОЙ <private>"),
        ("4711 and 47110, 14711, 4711.5 and 4711-2", "4711", "<private> and 47110, 14711, 4711.5 and 4711-2"),
        ("a <phone> of mine", "phone", "a <phone> of mine"),
        ("C++ or C+", "C++", "<private> or C+"),
        ("up (or down)", "(or down)", "up <private>"),
    ],
)
def test_denied_is_masked_as_whole_words_and_numbers(text: str, denied: str, expected: str) -> None:
    assert clean(text, deny=(denied,)) == expected
    assert clean(expected, deny=(denied,)) == expected


def test_allowed_is_left_and_what_is_beside_it_is_not() -> None:
    text = "the shop: 020 7946 0417, mine: 020 7946 0418"
    assert clean(text, allow=("020 7946 0417",)) == "the shop: 020 7946 0417, mine: <phone>"


def test_a_find_that_is_more_than_what_is_allowed_is_masked() -> None:
    assert clean("bo@mail.example.org", allow=("mail.example.org",)) == "<email>"


def test_on_both_lists_means_denied() -> None:
    assert clean("it is Tulip", allow=("tulip",), deny=("tulip",)) == "it is <private>"


WORDS = st.sampled_from([*TEXTS, *HARMLESS, "<phone>", "user_3f9a", "tulip", "4711", "password:", "passport", "code"])
ANYTHING = st.text(alphabet="0123456789 +-.:@/abcXYZпа<>_\n'\"()#!", max_size=30)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.one_of(WORDS, ANYTHING), max_size=8), st.sampled_from([" ", "\n", ", ", ""]))
def test_cleaning_clean_text_changes_nothing(pieces: list[str], between: str) -> None:
    lists = {"allow": ("020 7946 0417", "tulip"), "deny": ("4711", "home", "see you")}
    once = clean(between.join(pieces), **lists)
    assert clean(once, **lists) == once
