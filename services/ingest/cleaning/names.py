"""People's names, nicknames and @usernames in texts, replaced by their pseudonyms."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from services.ingest.cleaning.common_words import COMMON, DETERMINERS, NEEDS_CAPITAL, PARTICLES
from services.ingest.cleaning.cues import DOES, DONE_TO, REACH
from services.ingest.cleaning.found import SOMEBODY, Found, Reading
from services.ingest.cleaning.inflection import fold, forms
from shared.privacy.masking import Span

WORD = re.compile(r"@?\w+", re.UNICODE)
NAME = re.compile(r"[^\W\d_]+", re.UNICODE)
#: A nickname such as "wolfi_e" or "liesel99".
HANDLE = re.compile(r"(?<!\S)(?=\w*[^\W\d_])\w{3,}(?!\S)")
ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]")
SENTENCE = re.compile(r"(?:^|[.!?…]\s*|\n\s*|user_[0-9a-f]+: )[\"'«“„(]*$")
#: Readings that depend on where a word stands, and those that a known name may have.
PLACED = frozenset({Reading.CAPITAL, Reading.INSIDE, Reading.BESIDE, Reading.BEHIND, Reading.WORD})
OF_KNOWN = frozenset({Reading.BESIDE, Reading.WORD})
#: Ends right before a name.
TITLE = re.compile(r"\b(?:Mrs?|Ms|Miss|Dr|Prof|Frau|Herrn?|Familie|Uncle|Aunt|Onkel|Tante)\.? $", re.IGNORECASE)
#: What goes on behind a word in a path or an address.
LINKED = re.compile(r"[/@=&]|\.\w")
#: Behind what looks like an @username: it is a mail server, or a package of one's scope.
DOMAIN = re.compile(r"\.[a-z]{2,}\b|/\w")
#: Of a word that an apostrophe parts: "hasn't", "из'яны".
APOSTROPHE, CONTRACTED = re.compile(r"\w['’]$"), re.compile(r"['’]t\b")
#: Behind these a word in lower case is a thing.
ARTICLE = re.compile(r"\b(?:an?|the|this|that|your|our|some|any|no|every|each) $", re.IGNORECASE)
LEAST = 2
#: With its @; Telegram wants five characters, some old names have four.
SHORTEST_HANDLE = 5


@dataclass(frozen=True)
class Known:
    """A person whose names are to go. ``replacement``: their pseudonym; ``keep``: what stays (the owner's first)."""

    replacement: str
    names: tuple[str, ...]
    username: str = ""
    keep: frozenset[str] = frozenset()


class Book(Protocol):
    """Whose name a word is."""

    def has_none_of(self, text: str) -> bool: ...

    def bearer(self, word: str, members: Collection[str]) -> str | None: ...

    def reading(self, word: str) -> Reading | None: ...


@dataclass
class NameBook:
    """Who is called what: one dictionary access a word. Built once an import, shared by all chats.

    A name that several people have goes to the one who is in the chat, else to the first.

    Attributes:
        kept: forms that stay as they are.
    """

    kept: frozenset[str] = frozenset()
    _readings: dict[str, Reading] = field(default_factory=dict)
    _bearers: dict[str, list[str]] = field(default_factory=dict)
    _words: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, people: Iterable[Known], found: Iterable[Found] = ()) -> NameBook:
        people = list(people)
        book = cls(frozenset(form for person in people for name in person.keep for form in forms(name)))
        for person in people:
            for name, written in _names_of(person):
                if name not in book._bearers:
                    book._bearers[name] = []
                    for word in written:
                        book._words[word] = (*book._words.get(word, ()), name)
                book._bearers[name].append(person.replacement)
        for one in found:
            book._learn(one)
        return book

    def _learn(self, one: Found) -> None:
        """Somebody unknown gets a name; of somebody known it is said that their name is a word too."""
        known = one.word in self._words
        if one.word in self.kept or (known and one.reading not in OF_KNOWN):
            return
        if not known and one.reading is not Reading.WORD:
            self._bearers.setdefault(SOMEBODY, [SOMEBODY])
            self._words[one.word] = self._words.get(one.like, (SOMEBODY,))
        if one.reading in PLACED:
            self._readings[one.word] = one.reading

    @property
    def words(self) -> Collection[str]:
        """Every form, in lower case."""
        return self._words.keys()

    def reading(self, word: str) -> Reading | None:
        """What a word is read as that is not a name wherever it stands."""
        return self._readings.get(word)

    def has_none_of(self, text: str) -> bool:
        """Whether no word of a text is a name, which most texts have none of; a no may be wrong, a yes is not."""
        words = plain_words(text)
        return words is not None and self._words.keys().isdisjoint(words)

    def bearer(self, word: str, members: Collection[str]) -> str | None:
        names = self._words.get(word)
        if names is None:
            return None
        bearers = (person for name in names for person in self._bearers[name])
        return next((person for person in bearers if person in members), self._bearers[names[0]][0])


@dataclass(frozen=True)
class NameMasker:
    """
    Args:
        members: replacements of those who write in this chat: names that are also words are taken for theirs sooner.
        handles: whether an @username that is nobody's goes too.
    """

    book: Book
    members: frozenset[str] = frozenset()
    handles: bool = True

    def find(self, text: str) -> Iterator[Span]:
        if self.book.has_none_of(text):
            return
        last: Span | None = None
        for match in WORD.finditer(text):
            person = self._person(text, match, last)
            if person is None:
                continue
            span = Span(match.start(), match.end(), "name", person)
            if last is not None and last.replacement == person and _joined(text[last.end : span.start]):
                last = Span(last.start, span.end, "name", person)
                continue
            if last is not None:
                yield last
            last = span
        if last is not None:
            yield last

    def _person(self, text: str, match: re.Match[str], last: Span | None) -> str | None:
        word = fold(match[0])
        person = self.book.bearer(word, self.members)
        if person is None:
            handle = self.handles and word.startswith("@") and not DOMAIN.match(text, match.end())
            return self._handle(word) if handle else None
        if person == SOMEBODY and (_in_a_link(text, match) or _is_a_thing(text, match)):
            return None
        reading = self.book.reading(word)
        if reading is not None:
            return person if self._is_read(reading, text, match, person, last) else None
        return None if word.lstrip("@") in COMMON and not self._is_name(text, match, person, last) else person

    def _handle(self, handle: str) -> str | None:
        """An @username that no export names: whose name it is made of, else nobody's; bots are nobody."""
        if len(handle) < SHORTEST_HANDLE or handle.endswith("bot") or not handle[1].isalpha():
            return None
        bearers = (self.book.bearer(part, self.members) for part in NAME.findall(handle))
        return next((person for person in bearers if person is not None), "<username>")

    def _is_read(self, reading: Reading, text: str, match: re.Match[str], person: str, last: Span | None) -> bool:
        """Whether a word is a name at this place: by its capital, and where it stands."""
        behind = last is not None and _joined(text[last.end : match.start()])
        same = last is not None and last.replacement == person
        capital = match[0].istitle() if person == SOMEBODY else match[0][:1].isupper()
        if behind and (capital or (_is_alike(match[0], text, last) and (reading is Reading.BEHIND or same))):
            return True
        before = text[: match.start()]
        if reading is not Reading.BESIDE and reading is not Reading.BEHIND and _is_personal(before, text, match.end()):
            return True
        following = self._following(text, match.end())
        if reading is Reading.WORD and following == person:
            return True
        if not capital or reading is Reading.BEHIND:
            return False
        if reading is Reading.BESIDE:
            return TITLE.search(before) is not None or following is not None
        return reading is Reading.CAPITAL or not SENTENCE.search(before) or following is not None

    def _following(self, text: str, end: int) -> str | None:
        """Whose name the next word is, which stands right behind with a capital, or is not an ordinary word."""
        match = WORD.match(text, end + 1) if text[end : end + 1] == " " else None
        if match is None:
            return None
        word = fold(match[0])
        plain = match[0][:1].isupper() or (self.book.reading(word) is None and word not in COMMON)
        return self.book.bearer(word, self.members) if plain else None

    def _is_name(self, text: str, match: re.Match[str], person: str, last: Span | None) -> bool:
        """Whether a word that is an ordinary one too is meant as the name: by its capital, neighbour or place."""
        if last is not None and last.replacement == person and _joined(text[last.end : match.start()]):
            return True
        before = text[: match.start()]
        if match[0][:1].isupper() and not SENTENCE.search(before):
            return True
        previous = fold(words[-1]) if (words := WORD.findall(before[-40:])) else ""
        likely = match[0][:1].isupper() or fold(match[0]) not in NEEDS_CAPITAL
        return person in self.members and likely and previous not in DETERMINERS


def _is_personal(before: str, text: str, end: int) -> bool:
    """Whether a word does, or has done to it, what people do."""
    return DONE_TO.search(before[-REACH:]) is not None or DOES.match(text, end) is not None


def _is_alike(word: str, text: str, last: Span | None) -> bool:
    """Whether a word has capitals as the name before it has: nobody writes one half of a name small, or all capital."""
    name = text[last.start : last.end] if last is not None else ""
    return word.islower() == name.islower() and (not word.isupper() or name.isupper())


def _in_a_link(text: str, match: re.Match[str]) -> bool:
    """Whether a word is a part of a path or an address, or of a word with an apostrophe: hardly a stranger's name."""
    before = text[max(0, match.start() - 2) : match.start()]
    part = match[0].islower() and (APOSTROPHE.search(before) or CONTRACTED.match(text, match.end()))
    return before[-1:] in tuple("/._@=&?#") or bool(part) or LINKED.match(text, match.end()) is not None


def _is_a_thing(text: str, match: re.Match[str]) -> bool:
    """Whether a stranger's name in lower case stands behind an article: "your mike"."""
    return match[0].islower() and ARTICLE.search(text[max(0, match.start() - REACH) : match.start()]) is not None


def plain_words(text: str) -> Iterator[str] | None:
    """The words of a text, folded; ``None`` where folding is not that simple, or an @username is among them."""
    if "@" in text or not (text.isascii() or unicodedata.is_normalized("NFC", text)):
        return None
    # Word by word: folding a letter such as the Turkish İ makes two, of which the second ends a word.
    return map(str.casefold, WORD.findall(text))


def words_of(person: Known) -> set[str]:
    """Every word, folded, that stands for a person."""
    return {word for _, written in _names_of(person) for word in written}


def _names_of(person: Known) -> Iterator[tuple[str, frozenset[str]]]:
    """Each name of a person with the forms that it is written in."""
    kept = {form for name in person.keep for form in forms(name)}
    parts = {fold(part) for name in person.names for part in NAME.findall(ASIDE.sub(" ", name))}
    for part in sorted(parts - PARTICLES):
        written = frozenset(form for form in forms(part) if len(form) >= LEAST)
        if len(part) >= LEAST and kept.isdisjoint(written):
            yield part, written
    for nick in {
        fold(part) for name in person.names for part in HANDLE.findall(name) if not NAME.fullmatch(part)
    } - kept:
        yield nick, frozenset({nick})
    if person.username:
        handle = fold(person.username)
        yield f"@{handle}", frozenset({f"@{handle}", *({handle} if len(handle) >= SHORTEST_HANDLE else ())} - kept)


def _joined(between: str) -> bool:
    """Whether two parts of a name belong together: "Hanneke de Vries"."""
    return between.isspace() or fold(between).strip() in PARTICLES
