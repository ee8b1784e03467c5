"""Phone numbers: validated with Google's numbering plans, so that dates, prices and plain numbers stay."""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber

from shared.privacy.masking import Span, mask

CANDIDATE = re.compile(r"(?<![\w.,:/#<-])(?:\+|\()?\d(?:[ \t\u00a0().\-/]{0,3}\d){5,16}(?![%€$£]|[^\W\dx])")
DATE = re.compile(r"(?:\d{4}([-./])\d{1,2}\1\d{1,2}|\d{1,2}([-./ ])\d{1,2}\2\d{2,4})(?:[ T]?\d{1,2})*")
THOUSANDS = re.compile(r"\d{1,3}(?:[ .]\d{3})+")
RANGE = re.compile(r"(?:1[89]|20)\d{2} ?[-/] ?(?:1[89]|20)\d{2}")
EXTENSION = re.compile(r" ?(?:x|ext\.?|доб\.?) ?\d{1,6}\b", re.IGNORECASE)
ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
CUE = re.compile(
    r"(?i)\b(?:phone|mobile|cell|call|ring|tel|telefon\w*|text me|whatsapp|signal|number|nummer|handy|ruf|anrufen|bel|"
    r"mobiel|móvil|telemóvel|teléfono|numéro|тел\w*|номер\w*|звони\w*|позвони\w*|набери|мобильн\w*)\b"
)
#: Tried for numbers without a country code; the regions of one's own chats come first in practice.
REGIONS = ("NL", "DE", "AT", "CH", "GB", "RU", "UA", "US", "ES", "PT", "FR", "IT", "BE", "PL", "RS", "SE", "IN")


class PhoneMasker:
    """
    Args:
        regions: ISO codes whose national formats are recognised without a country code.
    """

    def __init__(self, regions: tuple[str, ...] = REGIONS) -> None:
        self._regions = regions

    def find(self, text: str) -> Iterator[Span]:
        cue: bool | None = None
        for match in CANDIDATE.finditer(text):
            number = match[0]
            if _is_other(number):
                continue
            if cue is None:
                cue = CUE.search(text) is not None
            if self._is_phone(number, cue=cue):
                yield mask("phone", match.start(), _with_extension(text, match.end()))

    def _is_phone(self, number: str, *, cue: bool) -> bool:
        digits = re.sub(r"\D", "", number)
        if number.startswith("+") or digits.startswith("00"):
            return _international("+" + digits.removeprefix("00"), lenient=cue or number != "+" + digits)
        national = number.startswith(("0", "(", "8 ", "8(", "8-")) or number.count(" ") + number.count("-") >= 2
        if not cue and (not national or THOUSANDS.fullmatch(number)):
            return False
        return any(_valid(_parse(number, region)) for region in self._regions)


def _with_extension(text: str, end: int) -> int:
    extension = EXTENSION.match(text, end)
    return extension.end() if extension else end


def _is_other(number: str) -> bool:
    return any(pattern.fullmatch(number) for pattern in (DATE, RANGE, ADDRESS))


def _international(number: str, *, lenient: bool) -> bool:
    """``lenient``: written out like a number to call, so that the right length is enough."""
    parsed = _parse(number, None)
    return _valid(parsed) or (lenient and parsed is not None and phonenumbers.is_possible_number(parsed))


def _parse(number: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(number, region)
    except NumberParseException:
        return None


def _valid(number: PhoneNumber | None) -> bool:
    return number is not None and phonenumbers.is_valid_number(number)
