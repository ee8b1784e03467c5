"""A text without its disguises, and the way back from it."""

from __future__ import annotations

import pytest

from shared.privacy.reading import read


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("４２ ٤٢ 𝟒𝟐 ④②", "42 42 42 42"),
        ("1\ufe0f\u20e32\ufe0f\u20e3", "12"),
        ("4\u200b2\u202e4\u00ad2", "4242"),
        ("030–12\u00a034", "030-12 34"),
        ("DЕ89 jоhn", "DE89 john"),
        ("пaроль", "пароль"),
        ("VPNы и день", "VPNы и день"),
    ],
)
def test_it_reads_what_a_person_does(written: str, plain: str) -> None:
    assert read(written).text == plain


def test_every_character_leads_back_to_where_it_stands() -> None:
    reading = read("а 4\u200b2\u200b1\ufe0f\u20e3 б")
    start = reading.text.index("421")
    assert reading.original(start, start + 3) == (2, 7)


def test_plain_text_is_not_copied() -> None:
    text = "обычный text, 42"
    assert read(text).text is text
    assert read(text).places is None
