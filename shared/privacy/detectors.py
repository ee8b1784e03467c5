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
from shared.privacy.masking import Cleaned, Masker, clean_text
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

#: Those that can find something in a text without a digit; most texts are, and are cleaned three times as fast so.
WORD_MASKERS: tuple[Masker, ...] = (PrivateLinkMasker(), EmailMasker(), SeedPhraseMasker(), PasswordMasker())
DIGIT = re.compile(r"\d")


def maskers_for(text: str) -> Sequence[Masker]:
    """Those detectors that can find anything in a text."""
    return MASKERS if DIGIT.search(text) else WORD_MASKERS


def masked(text: str) -> Cleaned:
    """A text without anything that is private by its form. Names are another matter: who is known depends."""
    return clean_text(text, maskers_for(text))
