"""Payment cards: 12 to 19 digits that pass Luhn's check, or sixteen beside a word that says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import luhn

from shared.privacy.masking import Span, mask, mask_matches

#: First digits as issuers have them: 2 to 6, and JCB's old 1800; Maestro has as few as twelve digits.
DIGITS = re.compile(r"(?<![\w+.-])(?:[2-6]\d{3}|1800)(?:[ -]?\d){8,15}(?![\w-])")
SIXTEEN = re.compile(r"(?<![\w+.-])\d{4}(?:[ -]?\d{4}){3}(?![\w-])")
CUE = re.compile(r"(?i)\b(?:card|visa|mastercard|amex|kreditkarte|karte|kaart|карт\w*)\b")


class CardMasker:
    def find(self, text: str) -> Iterator[Span]:
        for match in DIGITS.finditer(text):
            digits = re.sub(r"\D", "", match[0])
            if luhn.is_valid(digits):
                yield mask("card", *match.span())
        if CUE.search(text):
            yield from mask_matches("card", SIXTEEN, text)
