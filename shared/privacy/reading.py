"""How the detectors see a text: disguises taken off, and what is public by itself out of sight.

Digits of other alphabets, emoji digits, full-width letters, invisible characters and letters that only look Latin are
read as what a person takes them for; an index leads every character back to where it stands in the text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import chain

#: Characters that show nothing: joiners, marks of direction, soft hyphens, byte order marks.
_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufeff\ufff9-\ufffb"
)
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_DASHES = "\u2010-\u2013\u2212\ufe58\ufe63\uff0d"
#: Full-width, raised, lowered, circled and mathematical letters and digits.
_STYLED = (
    "\u00b2\u00b3\u00b9\u2070-\u209c\u2460-\u24ff\u2776-\u2793\uff01-\uff5e\U0001d400-\U0001d7ff\U0001f100-\U0001f169"
)
#: Parts of emoji: a digit before them is one.
_JOINED = "\u200d\u20e3\ufe00-\ufe0f"
#: Where the ten digits of each other alphabet begin.
_ZEROS = (
    "\u0660\u06f0\u07c0\u0966\u09e6\u0a66\u0ae6\u0b66\u0be6\u0c66\u0ce6\u0d66\u0de6\u0e50\u0ed0\u0f20\u1040\u1090\u17e0\u1810\u1946\u19d0"
    "\u1a80\u1a90\u1b50\u1bb0\u1c40\u1c50\ua620\ua8d0\ua900\ua9d0\ua9f0\uaa50\uabf0"
)
_DIGITS = "".join(f"{zero}-{chr(ord(zero) + 9)}" for zero in _ZEROS)
ODD = re.compile(f"[{_UNSEEN}{_JOINED}{_DIGITS}{_SPACES}{_DASHES}{_STYLED}]")
_UNSEEN_CHARACTER = re.compile(f"[{_UNSEEN}{_JOINED}]")
_SPACE = re.compile(f"[{_SPACES}]")
_DASH = re.compile(f"[{_DASHES}]")

_CYRILLIC, _LATIN = "АВЕЅІЈКМНОРСТУХаеѕіјорсухкмтнвԁһԛԝ", "ABESIJKMHOPCTYXaesijopcyxkmthbdhqw"
_GREEK, _ALSO_LATIN = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧανορυ", "ABEZHIKMNOPTYXavopu"
TO_LATIN = str.maketrans(_CYRILLIC + _GREEK, _LATIN + _ALSO_LATIN)
TO_CYRILLIC = str.maketrans("ABEKMHOPCTYXaeopcyxkmth", "АВЕКМНОРСТУХаеорсухкмтн")
_MIXED = re.compile(r"[A-Za-z][Ͱ-ӿԀ-ԯ]|[Ͱ-ӿԀ-ԯ][A-Za-z]")
_WORD = re.compile(r"[^\W_]+")
_FOREIGN = re.compile(r"[Ͱ-ԯ]")
_ROMAN = re.compile(r"[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Reading:
    """``places``: where each character of ``text`` stands in the original, none where both are the same."""

    text: str
    places: list[int] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def read(text: str) -> Reading:
    """A text without disguises. Most have none, and are only looked at."""
    if text.isascii():
        return Reading(text)
    places: list[int] | None = None
    if ODD.search(text):
        text, places = _unfolded(text)
    if _MIXED.search(text):
        text = _WORD.sub(_one_alphabet, text)
    return Reading(text, places)


def _unfolded(text: str) -> tuple[str, list[int]]:
    parts, places, position = [], list[range | tuple[int, ...]](), 0
    for match in ODD.finditer(text):
        at, plain = match.start(), _plain(match[0])
        parts += [text[position:at], plain]
        places += [range(position, at), (at,) * len(plain)]
        position = match.end()
    places.append(range(position, len(text)))
    return "".join([*parts, text[position:]]), list(chain.from_iterable(places))


def _plain(character: str) -> str:
    if _UNSEEN_CHARACTER.match(character):
        return ""
    if _SPACE.match(character):
        return " "
    if _DASH.match(character):
        return "-"
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    plain = unicodedata.normalize("NFKC", character)
    return plain.strip("()") or plain if plain.isascii() else character


def _one_alphabet(match: re.Match[str]) -> str:
    """A word of two alphabets is read in the one that has all of its letters, if either does."""
    word = match[0]
    if word.isascii() or not _MIXED.search(word):
        return word
    latin = word.translate(TO_LATIN)
    if not _FOREIGN.search(latin):
        return latin
    cyrillic = word.translate(TO_CYRILLIC)
    return word if _ROMAN.search(cyrillic) else cyrillic
