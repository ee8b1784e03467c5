"""Which words of a message are searched for."""

from __future__ import annotations

import pytest

from services.retrieval.terms import MOST, search_terms


@pytest.mark.parametrize(
    ("message", "terms"),
    [
        ("Did you fix the bicycle?", ["bicycle"]),
        ("на лодке опять вода", ["лодке", "опять", "вода"]),
        ("is 7b or k9 it?", ["7b", "k9"]),
        ("Kevin, KEVIN! kevin...", ["kevin"]),
        ("'; drop table | & ! <-> (:*)", ["table", "drop"]),
        ("ok", []),
        ("🥖 ⚓", []),
        ("", []),
    ],
)
def test_telling_words(message: str, terms: list[str]) -> None:
    assert sorted(search_terms(message)) == sorted(terms)


def test_a_long_message_has_its_longest_words_searched() -> None:
    words = ["x" * length for length in range(4, 40)]
    assert search_terms(" ".join(words)) == sorted(words, key=len, reverse=True)[:MOST]
