"""E-mail addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared.privacy.masking import Span, mask_matches

EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}")


class EmailMasker:
    def find(self, text: str) -> Iterator[Span]:
        if "@" in text:
            yield from mask_matches("email", EMAIL, text)
