"""Private keys in blocks: PEM, OpenSSH, PGP and PuTTY, whole or cut off."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared.privacy.masking import Span, mask

BEGIN = re.compile(r"-{3,5} ?BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)? ?-{3,5}|PuTTY-User-Key-File-\d:")
END = re.compile(r"-{3,5} ?END [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)? ?-{3,5}|Private-MAC: ?[0-9a-f]{10,64}")


class PrivateKeyMasker:
    def find(self, text: str) -> Iterator[Span]:
        """A block without an end reaches to the end of the text."""
        position = 0
        while begin := BEGIN.search(text, position):
            end = END.search(text, begin.end())
            position = end.end() if end else len(text)
            yield mask("private_key", begin.start(), position)
