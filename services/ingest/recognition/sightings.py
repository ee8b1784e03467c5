"""Goes through all texts once and notes the words that could be names, each with a few places where it was met.

Bounded: so many words, so many contexts a word, so many characters a context.
"""

from __future__ import annotations

import re
from binascii import crc32
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from services.ingest.cleaning.cues import CUE, DOES, DONE_TO, REACH, TITLES
from services.ingest.cleaning.inflection import fold
from services.ingest.cleaning.names import APOSTROPHE, CONTRACTED, SENTENCE
from services.ingest.recognition.lexicon import Lexicon, Sort
from services.ingest.recognition.things import is_thing_here

WORD = re.compile(r"[^\W\d_]+")
#: Links, handles and addresses, whose parts are no words.
LINK = re.compile(r"\S*(?:://|www\.|@)\S*")
#: Stands before things, in English.
ARTICLE = re.compile(r"\b(?:the|an?|this|that|these|those|every|each) $", re.IGNORECASE)
#: Shorter words in capitals are abbreviations.
SHORT = 4
SHORTEST, LONGEST = 2, 30
LONGEST_TEXT = 20_000
MOST_WORDS = 50_000
MOST_DULL = 500_000
CONTEXTS = 3
AROUND = 60
#: How often a word is looked at that does not become clearer.
LOOKS = 64


class Context(NamedTuple):
    """A piece of a text and where in it the word stands.

    The least are kept, so that it is the same ones in whichever order the texts come.

    Attributes:
        begins: it begins a sentence.
        lot: a number that the text gives.
    """

    begins: bool
    lot: int
    text: str
    start: int
    end: int


class Lead(Enum):
    """What stands right before a word."""

    TITLE = "title"
    GIVEN = "given name"


@dataclass
class Sighting:
    """What was seen of a word.

    Attributes:
        shaped, small: it was written as names are, with one capital; with none.
        inside: how often it did not begin a sentence.
        cued, beside, behind: behind a title or the like; behind a given name with a capital; without one too.
        personal, things: how often it does, or has done to it, what people do; how often it is used as things are.
    """

    sort: Sort
    contexts: list[Context] = field(default_factory=list)
    count: int = 0
    shaped: bool = False
    small: bool = False
    inside: int = 0
    cued: bool = False
    personal: int = 0
    things: int = 0
    beside: bool = False
    behind: bool = False

    @property
    def is_only_small(self) -> bool:
        """Whether nothing told that it is a name: no capital, and nothing before or behind it."""
        return not (self.shaped or self.cued or self.personal or self.beside or self.behind)


@dataclass
class Sightings:
    """
    Args:
        known: words that are known names, in lower case.
        decided: words that are read as something already.

    Attributes:
        lower: words met without a capital, of those that could be names.
        everyday: known names that were met as the words that they are too.
    """

    lexicon: Lexicon
    known: Collection[str]
    decided: Collection[str] = ()
    words: dict[str, Sighting] = field(default_factory=dict)
    lower: set[str] = field(default_factory=set)
    everyday: set[str] = field(default_factory=set)
    _looks: Counter[str] = field(default_factory=Counter)
    _dull: set[str] = field(default_factory=set)

    def read(self, texts: Iterable[str]) -> int:
        """Returns how many they were."""
        count = 0
        for count, text in enumerate(texts, 1):  # noqa: B007 - the last number is what is asked for
            if not self._dull.issuperset(WORD.findall(text)):
                self._look(text[:LONGEST_TEXT])
        return count

    def _look(self, text: str) -> None:
        lead, end, small = None, 0, False
        text = LINK.sub(lambda link: " " * len(link[0]), text)
        for match in WORD.finditer(text):
            written = match[0]
            between = text[end : match.start()]
            if written.islower() and (
                APOSTROPHE.search(text[max(0, match.start() - 2) : match.start()])
                or CONTRACTED.match(text, match.end())
            ):
                lead, end = None, match.end()
                continue
            if between != " " and (between != ". " or lead is not Lead.TITLE):
                lead = None
            end = match.end()
            if lead is None and written in self._dull:
                continue
            word = fold(written)
            if word in TITLES:
                lead = Lead.TITLE
                continue
            if lead is Lead.GIVEN and small != written.islower():  # who writes a name writes both its halves alike
                lead = None
            if not self._interests(word, written, lead, text, match.start()):
                self._forget(written)
            elif word not in self.known and word not in self.decided:
                self._note(word, lead, text, match)
            lead, small = (Lead.GIVEN if self._leads(word, written) else None), written.islower()

    def _leads(self, word: str, written: str) -> bool:
        """Whether a surname may follow: behind a given name, which in lower case has to be one and nothing else."""
        sort = self.lexicon.sort(word)
        if word not in self.known and (sort is Sort.WORD or not self.lexicon.is_given(word)):
            return False
        if (word in self.known and self._is_everyday(word)) or (written.isupper() and len(written) < SHORT):
            return False
        return written[0].isupper() or sort is Sort.NAME

    def _interests(self, word: str, written: str, lead: Lead | None, text: str, start: int) -> bool:
        """Whether a word may be a name as it stands here."""
        if not SHORTEST <= len(word) <= LONGEST:
            return False
        sort, capital = self.lexicon.sort(word), written[0].isupper()
        if word in self.known:
            if not written.istitle() and word not in self.decided and self._is_everyday(word):
                self.everyday.add(word)
            return True
        if lead is Lead.GIVEN and not capital and self.lexicon.is_surname(word):
            return not self.lexicon.is_everyday(word)
        if sort is Sort.WORD:
            return capital and lead is not None and not self.lexicon.is_everyday(word)
        if sort is Sort.NAME or (capital and not ARTICLE.search(text[max(0, start - REACH) : start])):
            return True
        if sort is Sort.UNKNOWN and (lead is Lead.TITLE or _cued(text, start)):
            return True
        if sort is Sort.GIVEN and _personal(text, start, start + len(word)):
            return True
        if len(self.lower) < MOST_WORDS:
            self.lower.add(word)
        return False

    def _is_everyday(self, word: str) -> bool:
        base = word.removesuffix("s")
        return self.lexicon.is_mostly_word(word) or (base in self.known and self.lexicon.is_mostly_word(base))

    def _note(self, word: str, lead: Lead | None, text: str, match: re.Match[str]) -> None:
        seen = self.words.get(word)
        if seen is None:
            if len(self.words) >= MOST_WORDS:
                return
            seen = self.words[word] = Sighting(self.lexicon.sort(word))
        before = text[max(0, match.start() - REACH) : match.start()]
        begins = SENTENCE.search(before) is not None
        seen.count += 1
        seen.shaped |= match[0].istitle()
        seen.small |= match[0].islower()
        seen.inside += not begins
        seen.beside |= lead is Lead.GIVEN and match[0][0].isupper()
        seen.behind |= lead is Lead.GIVEN
        seen.cued |= lead is Lead.TITLE or CUE.search(before) is not None
        seen.personal += _personal(text, *match.span())
        seen.things += is_thing_here(text, *match.span())
        start = max(0, match.start() - AROUND)
        around = text[start : match.end() + AROUND]
        context = Context(begins, crc32(around.encode()), around, match.start() - start, match.end() - start)
        if len(seen.contexts) < CONTEXTS or context < seen.contexts[-1]:
            seen.contexts = sorted({*seen.contexts, context})[:CONTEXTS]

    def _forget(self, written: str) -> None:
        """Look at a word no more, however often it comes. One that may be a name may still get a cue later."""
        sort = self.lexicon.sort(fold(written))
        if sort in (Sort.UNKNOWN, Sort.GIVEN) or (sort is Sort.BOTH and written[0].isupper()):
            self._looks[written] += 1
            if self._looks[written] < LOOKS:
                return
        if len(self._dull) >= MOST_DULL:
            self._dull.clear()
            self._looks.clear()
        self._dull.add(written)


def _personal(text: str, start: int, end: int) -> bool:
    """Whether a word does, or has done to it, what people do."""
    return DONE_TO.search(text[max(0, start - REACH) : start]) is not None or DOES.match(text, end) is not None


def _cued(text: str, start: int) -> bool:
    return CUE.search(text[max(0, start - REACH) : start]) is not None
