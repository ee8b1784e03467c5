"""Every detector, in one order, and what the doors ask of them: what is private here, and how it reads masked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from shared.privacy.addresses import AddressMasker
from shared.privacy.api_tokens import ApiTokenMasker, NamedTokenMasker
from shared.privacy.bank_numbers import BankNumberMasker, RussianAccountMasker
from shared.privacy.birth_dates import BirthDateMasker
from shared.privacy.cards import CardMasker
from shared.privacy.codes import CodeMasker
from shared.privacy.coordinates import CoordinatesMasker
from shared.privacy.crypto_keys import CryptoKeyMasker
from shared.privacy.cues import by_first_letter
from shared.privacy.documents import STEMS as DOCUMENT_STEMS
from shared.privacy.documents import CheckedDocumentMasker, NamedDocumentMasker
from shared.privacy.emails import EmailMasker, SpokenEmailMasker
from shared.privacy.ibans import IbanMasker
from shared.privacy.masking import Cleaned, Masker, Span, clean_text, find_all, mask
from shared.privacy.network import NetworkMasker
from shared.privacy.passwords import STEMS as PASSWORD_STEMS
from shared.privacy.passwords import BarePasswordMasker, PasswordMasker
from shared.privacy.phones import PhoneMasker
from shared.privacy.plates import NamedPlateMasker, PlateMasker
from shared.privacy.private_keys import PrivateKeyMasker
from shared.privacy.private_links import PrivateLinkMasker, links
from shared.privacy.reading import Reading, read
from shared.privacy.seed_phrases import SeedPhraseMasker

#: Raise it with every change of what is masked: stored texts are then cleaned again by the next import.
VERSION = 3


class Detector(NamedTuple):
    """A masker, and what a text must have for it to find anything; most texts have little of it.

    Attributes:
        digits: how many.
        length: of its longest word, in characters.
        words: finds one of those that must be there, in lower case.
    """

    masker: Masker
    digits: int = 0
    length: int = 0
    words: re.Pattern[str] | None = None


def any_of(*words: str) -> re.Pattern[str]:
    return re.compile(by_first_letter(tuple(map(re.escape, words))))


#: The kind that an overlapping string is counted under: the first that finds it.
DETECTORS: tuple[Detector, ...] = (
    Detector(PrivateKeyMasker(), words=any_of("private key", "putty-user-key")),
    Detector(EmailMasker(), words=any_of("@")),
    Detector(SpokenEmailMasker(), words=any_of(
        "@", " at ", "(at", "[at", "{at", "<at", "*at", "( at", "[ at", "(a)", "[a]", " ät ", "(ät", " эт ", "собак",
        "собач", "sobaka", "klammeraffe",
    )),
    Detector(CryptoKeyMasker(), length=25),
    Detector(ApiTokenMasker(), length=16),
    Detector(NamedTokenMasker(), digits=1, length=12, words=any_of(
        "key", "token", "secret", "токен", "ключ", "schlüssel", "bearer", "cred", "auth", "access", "webhook",
        "client",
    )),
    Detector(SeedPhraseMasker()),
    Detector(IbanMasker(), digits=8),
    Detector(CardMasker(), digits=12),
    Detector(BankNumberMasker(), words=any_of(
        "acc", "a/c", "konto", "kto", "сч", "р/", "рс", "к/", "л/с", "routing", "aba", "rtn", "transit", "бик",
        "bik", "sort", "blz", "bank", "bic", "swift", "свифт", "check", "saving",
    )),
    Detector(RussianAccountMasker(), digits=20),
    Detector(NetworkMasker()),
    Detector(BirthDateMasker(), digits=1, words=any_of(
        "birth", "born", "bday", "b-day", "dob", "d.o.b", "geb", "род", "рожд", "др", "д.р", "д. р", "днюх", "г.р",
        "г. р", "née", "zur welt", "д/р",
    )),
    Detector(CoordinatesMasker(), digits=4),
    Detector(CheckedDocumentMasker(), digits=7),
    Detector(NamedDocumentMasker(), digits=2, words=any_of(*DOCUMENT_STEMS)),
    Detector(CodeMasker(), digits=2, words=any_of(
        "code", "код", "pin", "пин", "otp", "2fa", "tan", "puk", "cvv", "cvc", "bestätig", "sicherheit", "zugang",
        "einmal", "one-time", "one time", "домофон", "geheimz", "zahlenc", "парол", "confirm", "verify", "подтвер",
        "для входа", "log in", "sign in",
    )),
    Detector(PlateMasker(), digits=2),
    Detector(NamedPlateMasker(), digits=2, words=any_of(
        "plate", "reg", "vrn", "tag", "kennzeichen", "kfz", "schild", "autonummer", "гос", "грз", "номер", "знак",
        "zulassung", "kennz", "рег", "пропуск",
    )),
    Detector(AddressMasker(), digits=1),
    Detector(PhoneMasker(), digits=5),
    Detector(PasswordMasker(), words=any_of(*PASSWORD_STEMS)),
    Detector(BarePasswordMasker(), digits=1, length=8),
)  # fmt: skip
#: All of them, also the one that is asked before the others.
MASKERS: tuple[Masker, ...] = (PrivateLinkMasker(), *(detector.masker for detector in DETECTORS))
#: Kinds that open something: who has one can do more than know about somebody.
SECRETS = frozenset({
    "api_token", "card", "code", "crypto_key", "password", "private_key", "seed_phrase",
})  # fmt: skip
#: Names of files: what looks like a mailbox or a token in them is none.
FILE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|heic|bmp|svg|tiff?|mp[34]|mov|avi|mkv|webm|og[agv]|opus|m4[av]|wav|flac|tgs|pdf|docx?|"
    r"xlsx?|pptx?|odt|txt|csv|json|xml|html?|"
    r"md|py|js|ts|css|zip|rar|7z|tar|gz|apk|exe|dmg|iso|gguf|bin|safetensors|pth?|ckpt|epub|fb2|djvu|psd|ics|"
    r"vcf)(?![\w@-]|\.\w)", re.IGNORECASE
)  # fmt: skip
FILE_START = re.compile(r"[^\s\[\]\"'<>«»:,;|]{0,160}\Z")
DIGITS = "0123456789"
#: A separator that nobody types: to patterns a gap, but not a space.
BLANK = "\x1f"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What Telegram itself says of a part of a text. ``kind`` is one of ours."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Found:
    """What one detector found in a text, as a masker of that text."""

    spans: Sequence[Span]

    def find(self, _: str) -> Iterable[Span]:
        return self.spans


def maskers_for(text: str, evidence: Iterable[Evidence] = ()) -> Sequence[Masker]:
    """What the detectors found in a text, one masker a detector, in their order.

    Args:
        evidence: what is known from elsewhere to be private; it is masked whatever the detectors think.
    """
    reading = read(text)
    found = [Found([mask(one.kind, one.start, one.end) for one in evidence])] if evidence else []
    sight, private = _without_public(reading.text)
    if private:
        found.append(Found([_placed(span, reading) for span in private]))
    digits, low = sum(map(sight.count, DIGITS)), sight.lower()
    longest = max(map(len, sight.split()), default=0)
    for masker, least_digits, least_length, words in DETECTORS:
        if digits >= least_digits and longest >= least_length and (words is None or words.search(low)):
            spans = [*masker.find(sight)]
            if spans:
                found.append(Found(spans if reading.places is None else [_placed(span, reading) for span in spans]))
    return found


def masked(text: str, before: str = "") -> Cleaned:
    """A text without anything that is private by its form. Names are another matter: who is known depends.

    Args:
        before: what stands before the text: looked at, not changed.
    """
    return clean_text(text, maskers_for, before)


def find_in(text: str) -> list[Span]:
    """What is private by its form, in order, none overlapping another."""
    return find_all(text, maskers_for(text))


def _placed(span: Span, reading: Reading) -> Span:
    start, end = reading.original(span.start, span.end)
    return Span(start, end, span.kind, span.replacement)


def _without_public(text: str) -> tuple[str, list[Span]]:
    """A text with its links and names of files out of sight, as long as before, and the links that are private."""
    hidden, private = [], []
    for link, is_private in links(text):
        hidden.append((link.start, link.end))
        if is_private:
            private.append(link)
    if "." in text:
        for ending in FILE.finditer(text):
            start = FILE_START.search(text, max(0, ending.start() - 160), ending.start())
            hidden.append((start.start() if start else ending.start(), ending.end()))
    return (_blanked(text, sorted(hidden)) if hidden else text), private


def _blanked(text: str, hidden: Iterable[tuple[int, int]]) -> str:
    parts, position = [], 0
    for start, end in hidden:
        if end > position:
            parts += [text[position:start], BLANK * (end - max(start, position))]
            position = end
    return "".join([*parts, text[position:]])
