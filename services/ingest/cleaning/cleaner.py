"""The one ordered pipeline: every detector, then names."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from services.ingest.cleaning.found import Found
from services.ingest.cleaning.inflection import FORMS
from services.ingest.cleaning.names import Known, NameBook, NameMasker
from shared.privacy.detectors import VERSION, maskers_for
from shared.privacy.masking import Cleaned, clean_text


@dataclass(frozen=True)
class Cleaner:
    """Cleans the texts of one account.

    Args:
        key: 16 bytes that change when the maskers or the names do; stored beside a clean text to tell what made it.
    """

    book: NameBook
    key: bytes

    @classmethod
    def of(cls, people: Iterable[Known], found: Iterable[Found] = ()) -> Cleaner:
        known = sorted(people, key=lambda person: person.replacement)
        words = sorted(found)
        facts = VERSION, FORMS, [_facts(person) for person in known], [tuple(word) for word in words]
        return cls(NameBook.of(known, words), hashlib.sha256(repr(facts).encode()).digest()[:16])

    def clean(self, text: str, members: Collection[str] = ()) -> Cleaned:
        """
        Args:
            members: pseudonyms of those who write in the chat.
        """
        return clean_text(text, (*maskers_for(text), NameMasker(self.book, frozenset(members))))


def _facts(person: Known) -> tuple[object, ...]:
    return person.replacement, person.names, person.username, sorted(person.keep)
