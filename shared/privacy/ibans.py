"""Bank accounts: an IBAN whose check digits are right, or one of the right shape beside the word."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import iban

from shared.privacy.masking import Span, mask

SHAPE = re.compile(r"(?<!\w)[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]){11,30}(?!\w)")
CUE = re.compile(r"(?i)\b(?:iban|account|konto\w*|rekening\w*|bank|сч[её]т\w*|реквизит\w*)\b")
SHORTEST = 15


class IbanMasker:
    def find(self, text: str) -> Iterator[Span]:
        for match in SHAPE.finditer(text):
            if (end := _end(match[0], by_shape=CUE.search(text) is not None)) is not None:
                yield mask("iban", match.start(), match.start() + end)


def _end(candidate: str, *, by_shape: bool) -> int | None:
    """Where the number ends: words that follow it match the shape too, so the longest valid prefix counts."""
    ends = [m.end() for m in re.finditer(r"[A-Za-z0-9](?=\s|$)", candidate)]
    for end in sorted(ends, reverse=True):
        if iban.is_valid(candidate[:end]):
            return end
    if by_shape:
        shaped = re.match(r"[A-Z]{2}\d{2}(?: ?[A-Z]{4})?(?: ?\d){10,20}", candidate)
        if shaped and sum(c.isalnum() for c in shaped[0]) >= SHORTEST:
            return shaped.end()
    return None
