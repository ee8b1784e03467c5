"""Payment cards: 13 to 19 digits that pass Luhn's check, or sixteen beside a word that says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import luhn

from services.ingest.cleaning.masking import Span, mask

DIGITS = re.compile(r"(?<![\w+.-])[2-6]\d{3}(?:[ -]?\d){9,15}(?![\w-])")
CUE = re.compile(r"(?i)\b(?:card|visa|mastercard|amex|kreditkarte|karte|kaart|карт\w*)\b")


class CardMasker:
    def find(self, text: str) -> Iterator[Span]:
        for match in DIGITS.finditer(text):
            digits = re.sub(r"\D", "", match[0])
            if luhn.is_valid(digits) or (len(digits) == 16 and CUE.search(text)):
                yield mask("card", *match.span())
