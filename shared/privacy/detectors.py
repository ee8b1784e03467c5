"""Every detector, in one order, and what the doors ask of them: what is private here, and how it reads masked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from shared.privacy.addresses import AddressMasker
from shared.privacy.api_tokens import ApiTokenMasker
from shared.privacy.cards import CardMasker
from shared.privacy.coordinates import CoordinatesMasker
from shared.privacy.crypto_keys import CryptoKeyMasker
from shared.privacy.documents import DocumentMasker
from shared.privacy.emails import EmailMasker
from shared.privacy.ibans import IbanMasker
from shared.privacy.masking import Cleaned, Masker, Span, clean_text, find_all
from shared.privacy.passwords import PasswordMasker
from shared.privacy.phones import PhoneMasker
from shared.privacy.private_links import PrivateLinkMasker
from shared.privacy.seed_phrases import SeedPhraseMasker

#: Raise it with every change of what is masked: stored texts are then cleaned again by the next import.
VERSION = 2

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

#: Kinds that open something: who has one can do more than know about somebody.
SECRETS = frozenset({
    "api_token", "card", "code", "crypto_key", "password", "private_key", "seed_phrase",
})  # fmt: skip

#: Those that can find something in a text without a digit, or the beginning of a key. Most texts are such, and are
#: cleaned three times as fast so.
WORD_MASKERS: tuple[Masker, ...] = (PrivateLinkMasker(), EmailMasker(), SeedPhraseMasker(), PasswordMasker())
DIGIT = re.compile(r"\d|-----BEGIN")


def maskers_for(text: str) -> Sequence[Masker]:
    """Those detectors that can find anything in a text."""
    return MASKERS if DIGIT.search(text) else WORD_MASKERS


def masked(text: str, before: str = "") -> Cleaned:
    """A text without anything that is private by its form. Names are another matter: who is known depends.

    Args:
        before: what stands before the text: looked at, not changed.
    """
    return clean_text(text, maskers_for, before)


def find_in(text: str) -> list[Span]:
    """What is private by its form, in order, none overlapping another."""
    return find_all(text, maskers_for(text))
