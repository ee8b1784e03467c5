"""Names of people who are to stay forgotten: known by keyed hashes of their words only, which nobody can read."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

from services.ingest.cleaning.found import Reading
from services.ingest.cleaning.names import Known, plain_words, words_of

#: Stands for somebody who asked to be forgotten and whom nothing may tell apart any more.
FORGOTTEN = "<person>"

#: Bytes of a word's hash: of a million other words, one in some ten thousand histories is taken for a name.
SIZE = 8


@dataclass(frozen=True)
class ForgottenBook:
    """Whether a word is a forgotten name: one hash a word, kept for the next time."""

    key: bytes
    marks: frozenset[bytes]

    @classmethod
    def of(cls, key: bytes, words: Iterable[str]) -> ForgottenBook:
        return cls(key, frozenset(marks_of(key, words)))

    def has_none_of(self, text: str) -> bool:
        words = plain_words(text)
        return words is not None and not any(word_mark(self.key, word) in self.marks for word in words)

    def bearer(self, word: str, members: Collection[str]) -> str | None:
        return FORGOTTEN if word_mark(self.key, word) in self.marks else None

    def reading(self, word: str) -> Reading | None:
        """Nothing is known of a word but that it was a name."""
        return None


def marks_of(key: bytes, words: Iterable[str]) -> list[bytes]:
    """Hashes of words, in an order that says nothing."""
    return sorted({word_mark(key, word) for word in words})


def forgotten_words(names: Iterable[str], username: str = "", keep: Iterable[str] = ()) -> set[str]:
    """All forms of somebody's names. ``keep``: what stays in texts, as an owner's first name does."""
    return words_of(Known(FORGOTTEN, tuple(names), username, frozenset(keep)))


@lru_cache(maxsize=1 << 16)
def word_mark(key: bytes, word: str) -> bytes:
    return hashlib.blake2b(word.encode(), key=key, digest_size=SIZE).digest()
