"""Payment cards: a number of an issuer's range that passes Luhn's check, or any as long beside a word for one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import luhn

from shared.privacy.cues import Cue
from shared.privacy.masking import Span, mask

#: Ranges of ISO/IEC 7812 as issuers have them, with the lengths that they use.
ISSUERS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11,16}|35(?:2[89]|"
    r"[3-8]\d)\d{12,15}"
    r"|(?:1800|2131)\d{11}|6(?:011|4[4-9]\d|5\d\d)\d{12,15}|(?:62|60|81|9792)\d{12,17}|(?:50|5[6-9]|6[0-9])\d{10,17}"
)
#: Groups as they are embossed: fours, or American Express and Diners; or no groups.
NUMBER = re.compile(
    r"(?<![\w+/=])(?<!\d[.,:-])(?:\d{4}([ .\-]{1,2})\d{4}(?:\1\d{1,4}){1,3}|\d{4}[ .\-]\d{6}[ .\-]\d{4,5}|\d{12,19})"
    r"(?![ -]?\d|[.,:]\d|[^\W_])"
)
CUE = Cue(
    r"cards?", r"visa", r"master ?card", r"maestro", r"amex", r"american express", r"kredit\w*", r"karten?\w*",
    r"\w+karte",
    r"kaart", r"карт\w*", r"мир", r"виз[аы]", r"debit", r"credit", r"сбер\w*", r"тинько\w*", r"cc",
)  # fmt: skip


class CardMasker:
    def find(self, text: str) -> Iterator[Span]:
        for match in NUMBER.finditer(text):
            digits = re.sub(r"\D", "", match[0])
            if not 12 <= len(digits) <= 19 or len(set(digits)) == 1:
                continue
            issued = ISSUERS.fullmatch(digits) is not None and luhn.is_valid(digits) and len(digits) > 12
            if issued or (CUE.beside(text, *match.span()) and (len(digits) in (15, 16) or luhn.is_valid(digits))):
                yield mask("card", *match.span())
