"""Which language a text is in, by script and the most telling short words. Good enough to count, and to greet by."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

WORD = re.compile(r"[^\W\d_]+")
LATIN = re.compile(r"[a-zA-ZÀ-ſ]")
CYRILLIC = re.compile(r"[а-яёА-ЯЁ]")
#: Letters that only one of the two has.
UKRAINIAN, RUSSIAN = re.compile(r"[іїєґІЇЄҐ]"), re.compile(r"[ыэъёЫЭЪЁ]")
#: A word that several languages have votes for each of them.
TELLING = {
    "en": (
        "the a and i you is it to of in that not on my for we are be this have with do was what so at but no "
        "yes as he she me"
    ),
    "de": (
        "der die das und ich ist nicht du ein eine es zu wir mit auf für so ja nein den im von was wie er sie "
        "aber mir dir"
    ),
    "nl": (
        "de het een en ik is niet je van dat op te zijn we met voor er maar ja nee om wat hij ze naar ook nog dan mijn"
    ),
    "es": "el la de que y en un una no es por con para lo se me mi te los sí pero como más muy",
    "fr": "le la les de et un une je tu est pas que en il elle on nous vous pour dans ce oui non mais",
    "pt": "o a os de que e em um uma não é por com para se me eu você sim mas como mais muito",
    "it": "il la di che e un una non è per con mi si ti lo sono ma come più sì",
    "pl": "nie się że jest co tak jak ale już dla po ja ty czy był mnie ci jestem będzie też tylko mam",
}


def language_of(text: str) -> str:
    """An ISO 639-1 code, or ``other`` where nothing tells."""
    if CYRILLIC.search(text):
        return "uk" if UKRAINIAN.search(text) else "ru"
    return _by_words(text)


def language_of_all(texts: Iterable[str]) -> str:
    """The language in which somebody writes, told from all their texts together: one quotation does not decide it."""
    whole = " ".join(texts)
    if len(CYRILLIC.findall(whole)) > len(LATIN.findall(whole)):
        return "uk" if len(UKRAINIAN.findall(whole)) > len(RUSSIAN.findall(whole)) else "ru"
    return _by_words(whole)


def _by_words(text: str) -> str:
    words = WORD.findall(text.casefold())
    votes = dict.fromkeys(TELLING, 0)
    for word in words:
        for code in _told().get(word, ()):
            votes[code] += 1
    best = max(votes, key=lambda code: votes[code])
    return best if votes[best] else "other"


@cache
def _told() -> dict[str, tuple[str, ...]]:
    """Telling word -> the languages that have it."""
    return {
        word: tuple(code for code in TELLING if word in telling(code)) for code in TELLING for word in telling(code)
    }


@cache
def telling(code: str) -> frozenset[str]:
    """The most telling short words of a language."""
    return frozenset(TELLING[code].split())
