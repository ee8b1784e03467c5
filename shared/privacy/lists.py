"""What the owner says of single phrases: always to be masked, or never."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from shared.privacy.masking import Masker, Span, mask

KIND = "private"
#: Beside a phrase that begins or ends with a digit: the number would go on.
NUMBER_BEFORE, NUMBER_BEHIND = r"(?<!\d[.,:/-])", r"(?![.,:/-]\d)"


@dataclass(frozen=True)
class PhraseMasker:
    """Finds phrases as whole words and whole numbers, in any case, with any white space between their words."""

    phrases: frozenset[str]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self.phrases, key=lambda phrase: (-len(phrase), phrase))
        return re.compile("|".join(map(_whole, longest_first)), re.IGNORECASE)

    def find(self, text: str) -> Iterator[Span]:
        if self.phrases:
            yield from (mask(KIND, *match.span()) for match in self._pattern.finditer(text))


@dataclass(frozen=True)
class Unless:
    """What another masker finds, but for what lies in an allowed phrase."""

    masker: Masker
    allowed: PhraseMasker

    def find(self, text: str) -> Iterator[Span]:
        free = [(span.start, span.end) for span in self.allowed.find(text)]
        for span in self.masker.find(text):
            if not any(start <= span.start and span.end <= end for start, end in free):
                yield span


@dataclass(frozen=True)
class Lists:
    """Phrases of the owner. One that is on both lists is masked."""

    allow: frozenset[str] = frozenset()
    deny: frozenset[str] = frozenset()

    def applied(self, maskers: Iterable[Masker]) -> list[Masker]:
        """These maskers as the lists want them."""
        allowed = PhraseMasker(self.allow)
        kept: list[Masker] = [Unless(masker, allowed) for masker in maskers] if self.allow else list(maskers)
        return [PhraseMasker(self.deny), *kept] if self.deny else kept


NO_LISTS = Lists()


def normal(phrase: str) -> str:
    """A phrase as it is kept: without white space around it, with single spaces in it."""
    return " ".join(phrase.split())


def _whole(phrase: str) -> str:
    words = r"\s+".join(map(re.escape, phrase.split()))
    before = NUMBER_BEFORE if phrase[:1].isdigit() else ""
    behind = NUMBER_BEHIND if phrase[-1:].isdigit() else ""
    return rf"(?<!\w){before}{words}(?!\w){behind}"
