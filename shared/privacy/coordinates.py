"""Places on the globe: decimal pairs with at least three decimals, and degrees with minutes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared.privacy.masking import Span, mask, mask_matches

DECIMAL = re.compile(
    r"(?<![\w.])(-?\d{1,2}\.\d{3,})\s?°?\s?[NSns]?\s?[,;/ ]\s?(-?\d{1,3}\.\d{3,})(?:\s?°?\s?[EWew]\b)?(?![\w])"
)
DEGREES = re.compile(r"\d{1,3}°\s?\d{1,2}[′'’]\s?(?:\d{1,2}(?:\.\d+)?[″\"”]\s?)?[NSEWОВСЮ]")


class CoordinatesMasker:
    def find(self, text: str) -> Iterator[Span]:
        for match in DECIMAL.finditer(text):
            if abs(float(match[1])) <= 90 and abs(float(match[2])) <= 180:
                yield mask("coordinates", *match.span())
        yield from mask_matches("coordinates", DEGREES, text)
