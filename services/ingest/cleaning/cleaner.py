"""The one ordered pipeline: every detector, then names."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from services.ingest.cleaning.forgotten_names import ForgottenBook
from services.ingest.cleaning.found import Found
from services.ingest.cleaning.inflection import FORMS
from services.ingest.cleaning.names import Known, NameBook, NameMasker
from shared.privacy.detectors import VERSION, Evidence, maskers_for
from shared.privacy.lists import NO_LISTS, Lists
from shared.privacy.masking import Cleaned, Masker, Span, clean_text, find_all


@dataclass(frozen=True)
class Cleaner:
    """Cleans the texts of one account.

    Args:
        key: 16 bytes that change when the maskers, the names or the lists do; stored beside a clean text to tell what
            made it.
    """

    book: NameBook
    key: bytes
    forgotten: ForgottenBook | None = None
    lists: Lists = NO_LISTS

    @classmethod
    def of(
        cls,
        people: Iterable[Known],
        *,
        forgotten: ForgottenBook | None = None,
        lists: Lists = NO_LISTS,
        found: Iterable[Found] = (),
    ) -> Cleaner:
        known = sorted(people, key=lambda person: person.replacement)
        words, marks = sorted(found), sorted(forgotten.marks) if forgotten else []
        names = [_facts(person) for person in known], [tuple(word) for word in words], marks
        facts = VERSION, FORMS, names, sorted(lists.allow), sorted(lists.deny)
        return cls(NameBook.of(known, words), hashlib.sha256(repr(facts).encode()).digest()[:16], forgotten, lists)

    def clean(self, text: str, members: Collection[str] = (), evidence: Collection[Evidence] = ()) -> Cleaned:
        """
        Args:
            members: pseudonyms of those who write in the chat.
            evidence: what Telegram marked in the text.
        """
        return clean_text(text, lambda now: self._maskers(now, members, evidence if now == text else ()))

    def find(self, text: str) -> list[Span]:
        """What cleaning would replace. In a clean text that is nothing."""
        return find_all(text, self._maskers(text))

    def _maskers(self, text: str, members: Collection[str] = (), evidence: Collection[Evidence] = ()) -> list[Masker]:
        names = [NameMasker(self.book, frozenset(members))]
        if self.forgotten:
            names.append(NameMasker(self.forgotten, handles=False))
        return self.lists.applied((*maskers_for(text, evidence), *names))


def _facts(person: Known) -> tuple[object, ...]:
    return person.replacement, person.names, person.username, sorted(person.keep)
