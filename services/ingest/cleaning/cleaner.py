"""The one ordered pipeline: every detector, then names."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from services.ingest.cleaning.forgotten_names import ForgottenBook
from services.ingest.cleaning.names import Known, NameBook, NameMasker
from shared.privacy.detectors import VERSION, Evidence, maskers_for
from shared.privacy.masking import Cleaned, clean_text


@dataclass(frozen=True)
class Cleaner:
    """Cleans the texts of one account.

    Args:
        key: 16 bytes that change when the maskers or the names do; stored beside a clean text to tell what made it.
    """

    book: NameBook
    key: bytes
    forgotten: ForgottenBook | None = None

    @classmethod
    def of(cls, people: Iterable[Known], forgotten: ForgottenBook | None = None) -> Cleaner:
        known = sorted(people, key=lambda person: person.replacement)
        facts = (VERSION, [_facts(p) for p in known], sorted(forgotten.marks) if forgotten else [])
        return cls(NameBook.of(known), hashlib.sha256(repr(facts).encode()).digest()[:16], forgotten)

    def clean(self, text: str, members: Collection[str] = (), evidence: Collection[Evidence] = ()) -> Cleaned:
        """
        Args:
            members: pseudonyms of those who write in the chat.
            evidence: what Telegram marked in the text.
        """
        names = [NameMasker(self.book, frozenset(members))]
        if self.forgotten:
            names.append(NameMasker(self.forgotten, handles=False))
        return clean_text(text, (*maskers_for(text, evidence), *names))


def _facts(person: Known) -> tuple[object, ...]:
    return person.replacement, person.names, person.username, sorted(person.keep)
