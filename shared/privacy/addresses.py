"""Street addresses: a street with a number and what belongs to it - flat, postal code, town, country - over lines too.

Every number is asked what stands before it: a word for a street, for a flat, or one that announces an address. What
belongs to it is then followed to both sides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from shared.privacy.address_patterns import (
    ANCHORS,
    ANNOUNCED,
    ARMY,
    BOX,
    CAPITALISED,
    CODES,
    CORNER,
    CUE,
    ENDS,
    FLAT_BEFORE,
    FLAT_BEHIND,
    FLAT_FIRST,
    FOLLOWED,
    FRAMED,
    HEAD,
    HOUSE,
    LABEL,
    LOWER_TAIL,
    NA,
    NOT_STREETS,
    NUMBER,
    POSTCODE_BEFORE,
    POSTCODE_BEHIND,
    REACH,
    RUSSIAN_FLAT,
    RUSSIAN_TOWN,
    STEMS,
    STRONG,
    TAIL,
    TITLE,
    UNIT,
    US_TOWN,
    WORD,
)
from shared.privacy.masking import Span, mask, mask_matches
from shared.privacy.streets import (
    BEFORE,
    BEFORE_TOO,
    BEHIND,
    DOUBTFUL,
    ENDINGS,
    ENGLISH,
    ENGLISH_TOO,
    GERMAN_BEFORE,
    RUSSIAN,
    RUSSIAN_HOUSE,
)


class AddressMasker:
    def find(self, text: str) -> Iterator[Span]:
        low = text.lower()
        announced = any(stem in low for stem in STEMS)
        for number in NUMBER.finditer(text):
            span = _around(text, number, announced=announced)
            if span is not None:
                yield mask("address", *span)
        if "po " in low or "box" in low or "fach" in low or "а/я" in low or "ящик" in low:
            yield from mask_matches("address", ARMY, text)
            yield from mask_matches("address", BOX, text)
        if "corner of" in low or "ecke" in low or "угол" in low:
            yield from mask_matches("address", CORNER, text)
        yield from mask_matches("address", CODES, text)
        yield from mask_matches("address", US_TOWN, text)


def _around(text: str, number: re.Match[str], *, announced: bool) -> tuple[int, int] | None:
    """The address that a number is part of."""
    start, end = number.span()
    begin = max(0, start - REACH)
    line = max(text.rfind("\n", begin, start) + 1, begin)
    words = [*WORD.finditer(text, line, start)][-6:]
    if words and _is_flat(words[-1][0]):
        if (head := _head(text, words[-1].start())) is not None:
            return head, _tail(text, end)
        if match := FLAT_FIRST.match(text, end, end + 90):
            return words[-1].start(), _tail(text, match.end())
    if (flat := FLAT_BEHIND.match(text, end)) and (head := _head(text, start)) is not None:
        return head, _tail(text, flat.end())
    if UNIT.match(text, end):
        return None
    if words and (street := _street(text, words, end)) is not None:
        return _house(text, street), _tail(text, end)
    if (english := _english(text, end, announced=announced)) is not None:
        flat = FLAT_BEFORE.search(text, max(0, start - 24), start)
        return flat.start() if flat else start, _tail(text, english)
    framed = FRAMED.match(text, start, start + 100)
    if framed and NOT_STREETS.isdisjoint(framed[0].lower().split()):
        return start, _tail(text, framed.end())
    named = NA.search(text, max(0, start - 40), start)
    if named and named[1].strip(" ,").lower() not in NOT_STREETS and ENDS.match(text, end):
        return named.start(1), _tail(text, end)
    return _announced(text, start, end) if announced else None


def _is_flat(word: str) -> bool:
    return word.lower().strip(".#№") in ANCHORS


def _head(text: str, end: int) -> int | None:
    """Where the street begins that a flat belongs to: its number stands on this line or the one before."""
    begin = max(0, end - 110)
    if match := HEAD.search(text, begin, end):
        return match.start()
    house = HOUSE.search(text, begin, end)
    if house is None:
        return None
    words = [*WORD.finditer(text, max(begin, text.rfind("\n", begin, house.start()) + 1), house.start())][-5:]
    if words and words[-1][0].lower().strip(".,") in RUSSIAN_HOUSE:
        words = words[:-1]
    if not words or not words[-1][0][0].isalpha() or words[-1][0].lower().strip(",.") in NOT_STREETS:
        return None
    for at, word in enumerate(words[-4:]):
        if word[0].lower().strip(".,") in RUSSIAN or word[0].lower() in BEFORE:
            return _russian_start(text, words[-4:], at)
    if words[-1][0][0].isupper():
        return _with_names(text, words[-1].start())
    title = TITLE.search(text, begin, words[-1].start())
    return title.start() if title else words[-1].start()


def _street(text: str, words: list[re.Match[str]], after: int) -> int | None:
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
        return _with_names(text, words[-1].start())
    if (
        plain in ("str", "straße", "strasse", "allee", "platz", "weg", "ring", "markt", "gasse", "damm", "ufer")
        and len(words) > 1
        and (capital or plain in ("str", "straße", "strasse"))
        and words[-2][0][0].isupper()
    ):
        return _with_names(text, words[-2].start())
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
        return _with_names(text, words[-2].start())
    if capital and plain in ENGLISH and len(words) > 1 and words[-2][0][0].isupper():
        return _with_names(text, words[-2].start())
    for at, word in enumerate(reversed(words[-5:])):
        name = word[0].lower()
        if name.strip(".,") in RUSSIAN and _is_russian_street(words, len(words) - 1 - at, named=named):
            return _russian_start(text, words, len(words) - 1 - at)
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


def _russian_start(text: str, words: list[re.Match[str]], at: int) -> int:
    start = words[at].start()
    if at == len(words) - 1 and at:
        start = words[at - 1].start()
    match = RUSSIAN_TOWN.search(text, max(0, start - 90), start)
    return match.start() if match else start


def _with_names(text: str, start: int) -> int:
    """With the capitalised words before: ``Große Bleichen Straße``."""
    match = CAPITALISED.search(text, max(0, start - 60), start)
    return match.start() if match else start


def _house(text: str, start: int) -> int:
    """Some write the number of the house in front as well, or the postal code with its town."""
    if match := POSTCODE_BEFORE.search(text, max(0, start - 60), start):
        return match.start()
    match = re.search(r"(?<![\w.,:/-])(?:\d{1,6}[a-z]?(?:[/-]\d{1,4})? ){1,2}\Z", text[max(0, start - 16) : start])
    return start - (min(start, 16) - match.start()) if match else start


def _english(text: str, end: int, *, announced: bool) -> int | None:
    """Where a street ends whose number stands in front: ``17 Wharf Lane``."""
    position, names = end, list[str]()
    for word in islice(WORD.finditer(text, end, end + 90), 7):
        gap, last = text[position : word.start()], word[0].rstrip(".!?:…")
        if gap != " " and (names or gap != ", "):
            return None
        if names and _ends_street(last, names, announced=announced):
            return word.start() + len(last)
        names.append(word[0])
        position = word.end()
    return None


def _ends_street(last: str, names: list[str], *, announced: bool) -> bool:
    low, capital = last.lower(), last[:1].isupper()
    if not NOT_STREETS.isdisjoint(map(str.lower, names)) or not all(name[0].isalnum() for name in names):
        return False
    if low in ENGLISH:
        return capital or len(names) < 3 or any(name[0].isupper() for name in names)
    if low not in ENGLISH_TOO:
        return False
    named = all(name[0].isupper() or name[0].isdigit() for name in names)
    return (capital and not last.isupper() and named) or (announced and len(names) < 3)


def _announced(text: str, start: int, end: int) -> tuple[int, int] | None:
    strong = STRONG.before(text, start, 60)
    if strong and "\n" in text[strong.end : start] and not LABEL.match(text, strong.end):
        strong = None
    cue = strong or CUE.before(text, start, 60)
    if cue is None:
        return None
    match = ANNOUNCED.match(text, cue.end, start)
    if match is None:
        return None
    street = match["street"].lower().replace(",", " ").split()
    if street:
        if not NOT_STREETS.isdisjoint(street) or not (
            (strong and len(street) < 4) or _is_street(street[-1]) or re.search(r"[A-ZÀ-ÞΑ-ΩА-ЯЁ]", match["street"])
        ):
            return None
        return match.start("street"), _tail(text, end)
    last = _followed(text, end)
    return None if last is None else (start, max(_tail(text, last), last))


def _is_street(word: str) -> bool:
    return word.strip(".") in ENGLISH or (len(word) > 6 and word.endswith((*ENDINGS, *DOUBTFUL)))


def _followed(text: str, end: int) -> int | None:
    """Where the street ends whose number stands in front: capitalised, or with a last word that streets have."""
    followed = FOLLOWED.match(text, end, end + 90)
    words = [*WORD.finditer(text, *followed.span())] if followed else []
    stop = next((at for at, word in enumerate(words) if word[0].lower().strip(".") in NOT_STREETS), len(words))
    for word in reversed(words[:stop]):
        if word[0][0].isupper() or word[0][0].isdigit() or word[0].lower().strip(".") in ENGLISH | ENGLISH_TOO:
            return word.end() if stop > 1 or words[0][0][0].isupper() else None
    return None


def _tail(text: str, end: int) -> int:
    for pattern in (TAIL, LOWER_TAIL):
        if match := pattern.match(text, end, end + 200):
            end = match.end()
    return end
