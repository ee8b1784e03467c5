"""Whether what stands before a number is a street, and where its name begins."""

from __future__ import annotations

import re

from shared.privacy.address_patterns import (
    CAPITALISED,
    NOT_STREETS,
    POSTCODE_BEFORE,
    POSTCODE_BEHIND,
    RUSSIAN_FLAT,
    RUSSIAN_TOWN,
)
from shared.privacy.streets import (
    BEFORE,
    BEFORE_TOO,
    BEHIND,
    DOUBTFUL,
    ENDINGS,
    ENGLISH,
    GERMAN_BEFORE,
    RUSSIAN,
    RUSSIAN_HOUSE,
)


def street_before(text: str, words: list[re.Match[str]], after: int) -> int | None:
    """Where the street begins whose name ends at a house's number."""
    named = words[-1][0].lower().strip(".") in RUSSIAN_HOUSE or bool(RUSSIAN_FLAT.match(text, after))
    if words[-1][0].lower().strip(".") in RUSSIAN_HOUSE or words[-1][0].lower() in (
        "no.",
        "nr.",
        "n°",
        "nº",
        "no",
        "nr",
    ):
        words = words[:-1]
    if not words:
        return None
    last = words[-1][0]
    low = last.lower().rstrip(",")
    plain = low.rstrip(".")
    capital = last[0].isupper()
    if low.endswith(ENDINGS) and (len(low) > 5 or capital) and plain not in ("str", "allee", "platz", "allé", "singel"):
        return with_names(text, words[-1].start())
    if (
        plain in ("str", "straße", "strasse", "allee", "platz", "weg", "ring", "markt", "gasse", "damm", "ufer")
        and len(words) > 1
        and (capital or plain in ("str", "straße", "strasse"))
        and words[-2][0][0].isupper()
    ):
        return with_names(text, words[-2].start())
    if (
        not capital
        and low.endswith(DOUBTFUL)
        and len(low) > 6
        and (
            POSTCODE_BEHIND.match(text, after)
            or POSTCODE_BEFORE.search(text, max(0, words[-1].start() - 60), words[-1].start())
        )
    ):
        return words[-1].start()
    if capital and low.endswith(DOUBTFUL) and len(low) > 6 and last[1:].islower():
        return words[-2].start() if len(words) > 1 and words[-2][0].lower() in GERMAN_BEFORE else words[-1].start()
    if low in BEHIND and len(words) > 1:
        return with_names(text, words[-2].start())
    if capital and plain in ENGLISH and len(words) > 1 and words[-2][0][0].isupper():
        return with_names(text, words[-2].start())
    for at, word in enumerate(reversed(words[-5:])):
        name = word[0].lower()
        if name.strip(".,") in RUSSIAN and _is_russian_street(words, len(words) - 1 - at, named=named):
            return russian_start(text, words, len(words) - 1 - at)
        if (
            name in BEFORE
            and at
            and (name not in BEFORE_TOO or (words[-at][0][0].isupper() and not words[-at][0].isupper() and at < 4))
        ):
            return word.start()
    if (
        capital
        and len(words) > 1
        and " ".join(w[0].lower() for w in words[-3:-1]).endswith(GERMAN_BEFORE)
        and last[1:].islower()
        and len(low) > 3
        and low not in NOT_STREETS
    ):
        first = words[-3] if words[-2][0].lower() in ("der", "den", "dem") else words[-2]
        return first.start() if first[0][0].isupper() else None
    return None


def _is_russian_street(words: list[re.Match[str]], at: int, *, named: bool) -> bool:
    """``ш``, ``пр`` and ``линия`` are short for other things too: a name must stand beside them."""
    short = len(words[at][0].strip(".,")) < 3
    names = [word[0] for word in words[at + 1 :]]
    if words[at][0].lower() in ("улице", "улицу", "улицы") and names and not names[0][:1].isupper() and not named:
        return False
    before = words[at - 1][0] if at else ""
    if not names:
        return before[:1].isupper() or (
            not short
            and bool(before)
            and before.lower().rstrip(",").endswith(("ий", "ый", "ой", "ая", "ом", "ей", "ого", "ому", "ую"))
        )
    return not short or "." in words[at][0] or names[0][:1].isupper() or words[at][0].lower() in ("ул", "ш", "пр")


def russian_start(text: str, words: list[re.Match[str]], at: int) -> int:
    start = words[at].start()
    if at == len(words) - 1 and at:
        start = words[at - 1].start()
    match = RUSSIAN_TOWN.search(text, max(0, start - 90), start)
    return match.start() if match else start


def with_names(text: str, start: int) -> int:
    """With the capitalised words before: ``Große Bleichen Straße``."""
    match = CAPITALISED.search(text, max(0, start - 60), start)
    return match.start() if match else start
