"""International bank accounts: an IBAN whose check digits are right, or one of the right shape beside a word for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import iban

from shared.privacy.cues import Cue
from shared.privacy.masking import Span, mask

SHAPE = re.compile(
    r"(?:(?<![^\W_])|(?<=IBAN)|(?<=iban)|(?<=ИБАН))(?:[A-Z]{2} ?|"
    r"[A-Za-z]{2})\d{2}(?:[ .-]?[A-Za-z0-9]){11,30}(?![^\W_])"
)
SHAPED = re.compile(r"[A-Za-z]{2} ?\d{2}(?:[ .-]?[A-Za-z]{4})?(?:[ .-]?[A-Za-z]?\d){9,26}(?:[A-Za-z]{1,17})?(?![^\W_])")
CUE = Cue(
    r"iban",
    r"ибан",
    r"accounts?",
    r"konto\w*",
    r"rekening\w*",
    r"bank\w*",
    r"сч[её]т\w*",
    r"реквизит\w*",
    r"überweis\w*",
)
SHORTEST = 15


class IbanMasker:
    def find(self, text: str) -> Iterator[Span]:
        for match in SHAPE.finditer(text):
            if (end := _end(match[0], announced=CUE.beside(text, *match.span()))) is not None:
                yield mask("iban", match.start(), match.start() + end)


def _end(candidate: str, *, announced: bool) -> int | None:
    """Where the number ends: words that follow it match the shape too, so the longest valid prefix counts."""
    ends = [m.end() for m in re.finditer(r"[A-Za-z0-9](?=[\s.-]|$)", candidate)]
    for end in sorted(ends, reverse=True):
        plain = re.sub(r"[\s.-]", "", candidate[:end])
        if len(plain) >= SHORTEST and sum(map(str.isdigit, plain)) > 7 and iban.is_valid(plain):
            return end
    if announced:
        shaped = SHAPED.match(candidate)
        if shaped and sum(c.isalnum() for c in shaped[0]) >= SHORTEST:
            return shaped.end()
    return None
