"""What every masker is, and the one way in which their findings become clean text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``start`` to ``end`` of a text are to be replaced; ``kind`` is what they are counted under."""

    start: int
    end: int
    kind: str
    replacement: str


class Masker(Protocol):
    """Finds one kind of private string. Always sees the original text, so that context words are still there."""

    def find(self, text: str) -> Iterable[Span]: ...


@dataclass(frozen=True, slots=True)
class Cleaned:
    text: str
    masked: Counter[str]


def mask(kind: str, start: int, end: int) -> Span:
    return Span(start, end, kind, f"<{kind}>")


def mask_matches(kind: str, pattern: re.Pattern[str], text: str, group: int | str = 0) -> Iterator[Span]:
    """Every match of a pattern (or of one group of it) as a span."""
    for match in pattern.finditer(text):
        if match[group] is not None:
            yield mask(kind, *match.span(group))


def clean_text(text: str, maskers: Sequence[Masker]) -> Cleaned:
    """Replace everything that any masker finds.

    Where findings overlap, all of their characters go, under the kind of the masker that comes first: a phone number
    in a private link is part of the link, and nothing of either is left.
    """
    found = [(span.start, span.end, rank, span) for rank, masker in enumerate(maskers) for span in masker.find(text)]
    if not found:
        return Cleaned(text, Counter())
    parts, masked, position = [], Counter[str](), 0
    for start, end, span in _merged(sorted(found, key=lambda item: item[:3])):
        parts += [text[position:start], span.replacement]
        masked[span.kind] += 1
        position = end
    return Cleaned("".join([*parts, text[position:]]), masked)


def _merged(found: list[tuple[int, int, int, Span]]) -> Iterator[tuple[int, int, Span]]:
    start, end, rank, span = found[0]
    for item in found[1:]:
        if item[0] < end:
            end = max(end, item[1])
            if item[2] < rank:
                rank, span = item[2], item[3]
            continue
        yield start, end, span
        start, end, rank, span = item
    yield start, end, span
