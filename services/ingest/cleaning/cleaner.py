"""The one ordered pipeline: every masker, then names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from services.ingest.cleaning.addresses import AddressMasker
from services.ingest.cleaning.api_tokens import ApiTokenMasker
from services.ingest.cleaning.cards import CardMasker
from services.ingest.cleaning.coordinates import CoordinatesMasker
from services.ingest.cleaning.crypto_keys import CryptoKeyMasker
from services.ingest.cleaning.documents import DocumentMasker
from services.ingest.cleaning.emails import EmailMasker
from services.ingest.cleaning.forgotten_names import ForgottenBook
from services.ingest.cleaning.ibans import IbanMasker
from services.ingest.cleaning.masking import Cleaned, Masker, clean_text
from services.ingest.cleaning.names import Known, NameBook, NameMasker
from services.ingest.cleaning.passwords import PasswordMasker
from services.ingest.cleaning.phones import PhoneMasker
from services.ingest.cleaning.private_links import PrivateLinkMasker
from services.ingest.cleaning.seed_phrases import SeedPhraseMasker

#: Raise it with every change of what is masked: stored texts are then cleaned again by the next import.
VERSION = 1

#: The kind that an overlapping string is counted under: the first that finds it.
MASKERS: tuple[Masker, ...] = (
    PrivateLinkMasker(),
    EmailMasker(),
    CryptoKeyMasker(),
    ApiTokenMasker(),
    SeedPhraseMasker(),
    IbanMasker(),
    CardMasker(),
    DocumentMasker(),
    CoordinatesMasker(),
    AddressMasker(),
    PhoneMasker(),
    PasswordMasker(),
)

#: Those that can find something in a text without a digit; most texts are, and are cleaned three times as fast so.
WORD_MASKERS: tuple[Masker, ...] = (PrivateLinkMasker(), EmailMasker(), SeedPhraseMasker(), PasswordMasker())
DIGIT = re.compile(r"\d")


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

    def clean(self, text: str, members: Collection[str] = ()) -> Cleaned:
        """
        Args:
            members: pseudonyms of those who write in the chat.
        """
        maskers = MASKERS if DIGIT.search(text) else WORD_MASKERS
        names = [NameMasker(self.book, frozenset(members))]
        if self.forgotten:
            names.append(NameMasker(self.forgotten, handles=False))
        return clean_text(text, (*maskers, *names))


def _facts(person: Known) -> tuple[object, ...]:
    return person.replacement, person.names, person.username, sorted(person.keep)
