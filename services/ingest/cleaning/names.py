"""People's names, nicknames and @usernames in texts, replaced by their pseudonyms."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from services.ingest.cleaning.common_words import COMMON, DETERMINERS, NEEDS_CAPITAL, PARTICLES
from services.ingest.cleaning.inflection import fold, forms
from shared.privacy.masking import Span

WORD = re.compile(r"@?\w+", re.UNICODE)
NAME = re.compile(r"[^\W\d_]+", re.UNICODE)
ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]")
SENTENCE = re.compile(r"(?:^|[.!?…]\s*|\n\s*)[\"'«“„(]*$")
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


@dataclass
class NameBook:
    """Who is called what: one dictionary access a word. Built once an import, shared by all chats.

    A name that several people have goes to the one who is in the chat, else to the first.
    """

    _words: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, people: Iterable[Known]) -> NameBook:
        book = cls()
        for person in people:
            for word in words_of(person):
                book._words.setdefault(word, []).append(person.replacement)
        return book

    def has_none_of(self, text: str) -> bool:
        """Whether no word of a text is a name, which most texts have none of; a no may be wrong, a yes is not."""
        words = plain_words(text)
        return words is not None and self._words.keys().isdisjoint(words)

    def bearer(self, word: str, members: Collection[str]) -> str | None:
        bearers = self._words.get(word)
        if bearers is None:
            return None
        return next((person for person in bearers if person in members), bearers[0])


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
        if person is None and word.startswith("@"):
            return self._handle(word) if self.handles else None
        if person is None or (word.lstrip("@") in COMMON and not self._is_name(text, match, person, last)):
            return None
        return person

    def _handle(self, handle: str) -> str | None:
        """An @username that no export names: whose name it is made of, else nobody's; bots are nobody."""
        if len(handle) < SHORTEST_HANDLE or handle.endswith("bot"):
            return None
        bearers = (self.book.bearer(part, self.members) for part in NAME.findall(handle))
        return next((person for person in bearers if person is not None), "<username>")

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


def plain_words(text: str) -> Iterator[str] | None:
    """The words of a text, folded; ``None`` where folding is not that simple, or an @username is among them."""
    if "@" in text or not (text.isascii() or unicodedata.is_normalized("NFC", text)):
        return None
    # Word by word: folding a letter such as the Turkish İ makes two, of which the second ends a word.
    return map(str.casefold, WORD.findall(text))


def words_of(person: Known) -> set[str]:
    """Every word, folded, that stands for a person."""
    found: set[str] = set()
    kept = {form for name in person.keep for form in forms(name)}
    for name in person.names:
        for part in NAME.findall(ASIDE.sub(" ", name)):
            if len(part) >= LEAST and fold(part) not in PARTICLES:
                found |= {form for form in forms(part) if len(form) >= LEAST}
    found -= kept
    if person.username:
        found |= {f"@{fold(person.username)}", *({fold(person.username)} if len(person.username) > 4 else ())}
        found -= kept
    return found


def _joined(between: str) -> bool:
    """Whether two parts of a name belong together: "Hanneke de Vries"."""
    return between.isspace() or fold(between).strip() in PARTICLES
