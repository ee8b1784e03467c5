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
    REACH,
    STEMS,
    STRONG,
    TAIL,
    TITLE,
    UNIT,
    US_TOWN,
    WORD,
)
from shared.privacy.masking import Span, mask, mask_matches
from shared.privacy.street_names import russian_start, street_before, with_names
from shared.privacy.streets import BEFORE, DOUBTFUL, ENDINGS, ENGLISH, ENGLISH_TOO, RUSSIAN, RUSSIAN_HOUSE

#: In lower case a word such as "weg" is a street only with its number and a postal code.
LOWER = re.compile(
    rf"(?<!\w)[^\W\d_]{{3,24}}(?:{'|'.join(map(re.escape, (*ENDINGS, *DOUBTFUL)))}) \d{{1,4}}(?: ?[a-z]| bis)?,? "
    r"\d{4,5}(?: ?[a-z]{2}\b)?(?: [^\W\d_]{3,})?"
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
        yield from mask_matches("address", LOWER, text)
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
    if words and (street := street_before(text, words, end)) is not None:
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
            return russian_start(text, words[-4:], at)
    if words[-1][0][0].isupper():
        return with_names(text, words[-1].start())
    title = TITLE.search(text, begin, words[-1].start())
    return title.start() if title else words[-1].start()


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
