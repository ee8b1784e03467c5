"""The forms in which a name appears in a text: inflected, possessive, in the other script, as a usual diminutive.

Forms are generated once a name, so that looking a word up is one dictionary access. Sources: the regular Russian
declensions of personal names and surnames, and pymorphy3's dictionary for the names that it knows.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

from services.ingest.cleaning.diminutives import CALLED, also_called, pet_names
from services.ingest.cleaning.letters import heard, to_latin, without_marks

#: Raise it with every change of the forms: stored texts are then cleaned again by the next import.
FORMS = 3

#: Ending of the base form -> endings of the other cases. The first that fits is used.
DECLENSIONS = (
    ("ский", "ского скому ским ском ские ских ская ской скую"),
    ("цкий", "цкого цкому цким цком цкие цких цкая цкой цкую"),
    ("ович", "овича овичу овичем овиче овичи овичей ыч ыча ычу ычем ыче"),
    ("евич", "евича евичу евичем евиче евичи евичей ич ича ичу ичем иче"),
    ("ая", "ой ую ою"),
    ("ия", "ии ию ией ие ий"),
    ("ья", "ьи ье ью ьей"),
    ("я", "и е ю ей ёй ею ям ями ях"),
    ("ова", "овой ову овою овы овых"),
    ("ева", "евой еву евою евы евых"),
    ("ёва", "ёвой ёву ёвы ёвых"),
    ("ина", "иной ине ину иною ины иных"),
    ("а", "ы и е у ой ою ей ам ами ах"),
    ("ий", "ия ию ием ии"),
    ("ей", "ея ею еем ее еи"),
    ("ай", "ая аю аем ае"),
    ("ец", "ца цу цом це цы"),
    ("ел", "ла лу лом ле"),
    ("ёв", "ёва ёву ёвым ёве ёвы ёвых ёвой"),
    ("ев", "ева еву евым еве евы евых евой"),
    ("ов", "ова ову овым ове овы овых овой"),
    ("ин", "ина ину иным ине ины иных иной"),
    ("ь", "я ю ем ём е и ью"),
)
CONSONANT = "а у ом ем е ы и ов ам ами"
#: Russian writes и there.
NEVER = frozenset(f"{letter}ы" for letter in "гкхжчшщ")
#: What is hung on a shorter name makes another word of it: Al, als; SC, SCS.
SHORTEST_INFLECTED = 3
VOWELS = "аеёиоуыэюя"
CYRILLIC = re.compile(r"[а-яё]")
#: Surnames that are inflected in Latin letters too, by those who write Russian in them.
SLAVIC = re.compile(r"(?:ov|ev|in|ova|eva|ina|sky|skiy|skaya|enko|chuk)$")
PERSONAL = {"Name", "Surn", "Patr"}


@lru_cache(maxsize=65_536)
def forms(name: str) -> frozenset[str]:
    """Every form of one name, in lower case, itself included."""
    base = fold(name)
    if CYRILLIC.search(base):
        return _cyrillic(base) | _romanised(base)
    latin = {base, *also_called(base), without_marks(base), _umlauts_spelled_out(base)}
    found = frozenset(form for each in latin if not CYRILLIC.search(each) for form in _hung_on(each))
    if len(base) < 3:
        return found
    written = russian_spellings().get(base) or heard(base)
    slavic = base in russian_spellings() or SLAVIC.search(base)
    return found.union(*map(_cyrillic, written), *(map(_romanised, written) if slavic else ()))


def _hung_on(name: str) -> set[str]:
    stem = name[:-1] if name[-1:] in "ae" and len(name) > 4 else name
    if len(name) < SHORTEST_INFLECTED:
        return {name}
    return {name, name + "s", name + "es"} | {stem + ending for ending in ("chen", "chens", "lein", "leins")}


def _cyrillic(base: str) -> frozenset[str]:
    called = {base, *also_called(base)}
    pets = {pet for each in called for pet in pet_names(each) if each in CALLED}
    return frozenset(form for each in called | pets for form in decline(each))


def _romanised(base: str) -> frozenset[str]:
    """In Latin letters: every spelling of what the person is called, and its cases as they are usually spelled."""
    called = {base, *also_called(base)}
    spelled = {spelling + s for each in called for spelling in to_latin(each) for s in ("", "s")}
    cases = {form for each in called for form in decline(each) if len(form) > 3}
    return frozenset(spelled.union(*(to_latin(form, 1) for form in cases)))


@cache
def russian_spellings() -> dict[str, set[str]]:
    """Latin spellings of usual Russian names: which they may be."""
    found: dict[str, set[str]] = {}
    for name in CALLED:
        if CYRILLIC.search(name):
            for spelling in to_latin(name):
                found.setdefault(spelling, set()).add(name)
    return found


@lru_cache(maxsize=65_536)
def decline(name: str) -> frozenset[str]:
    """A Cyrillic name in all cases, with ё also written е."""
    found = {name, *regular_cases(name), *_by_dictionary(name), *_called_out(name)}
    return frozenset(found | {form.replace("ё", "е") for form in found})


def regular_cases(name: str) -> set[str]:
    """By the endings alone."""
    for ending, others in DECLENSIONS:
        if name.endswith(ending) and len(name) > len(ending) + 1:
            stem = name.removesuffix(ending)
            found = {stem + other for other in others.split()}
            return {form[:-1] + "и" if form[-2:] in NEVER else form for form in found}
    return {name + other for other in CONSONANT.split()} if name[-1:] not in "оуыэюие" else set()


def _called_out(name: str) -> set[str]:
    """As somebody is called: Саш, Надь."""
    if len(name) < 4 or name[-2] in VOWELS or name[-1] not in "ая":
        return set()
    return {name[:-1] + ("ь" if name.endswith("я") else "")}


def _by_dictionary(name: str) -> set[str]:
    """What pymorphy3 knows: irregular stems, patronymics, surnames of both genders and of a family."""
    found: set[str] = set()
    for parse in _morphology().parse(name):
        tags = parse.tag.grammemes
        if parse.is_known and tags & PERSONAL and {"nomn", "sing"} <= tags:
            found |= {form.word for form in parse.lexeme}
    return found


@cache
def _morphology() -> Any:
    from pymorphy3 import MorphAnalyzer

    return MorphAnalyzer()


def fold(word: str) -> str:
    """Lower case, composed: as words are compared."""
    return unicodedata.normalize("NFC", word).casefold()


def _umlauts_spelled_out(word: str) -> str:
    return word.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
