"""What every masker is, and the one way in which their findings become clean text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

#: What masking leaves: a kind, or a pseudonym.
MASK = re.compile(r"<[a-z][a-z_]*>|(?<!\w)user_[0-9A-Za-z]{4,}(?!\w)")
#: A word announces a dozen others at most, so that nothing is left to find after as many rounds; mostly it is two.
ROUNDS = 16


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


def clean_text(text: str, maskers_for: Callable[[str], Sequence[Masker]], before: str = "") -> Cleaned:
    """Replace everything that any masker finds, until they find nothing more: clean text stays as it is.

    Once is not enough where a word announces what follows it: with one number behind it masked, the next one is near.

    Args:
        maskers_for: those for a text; asked again for what a round has left of it.
        before: what stands before the text: looked at, not changed.
    """
    masked, back = Counter[str](), len(before)
    for _ in range(ROUNDS):
        whole = before + text
        spans = [span for span in find_all(whole, maskers_for(whole)) if span.end > back]
        if not spans:
            break
        parts, position = list[str](), 0
        for span in spans:
            parts += [text[position : max(span.start - back, 0)], span.replacement]
            masked[span.kind] += 1
            position = span.end - back
        text = "".join([*parts, text[position:]])
    return Cleaned(text, masked)


def find_all(text: str, maskers: Sequence[Masker]) -> list[Span]:
    """What any masker finds, in order, none overlapping another. What was masked already is nothing to find.

    Where findings overlap, all of their characters go, under the kind of the masker that comes first: a phone number
    in a private link is part of the link, and nothing of either is left.
    """
    found = [(span.start, span.end, rank, span) for rank, masker in enumerate(maskers) for span in masker.find(text)]
    if found and (masks := [match.span() for match in MASK.finditer(text)]):
        widened = [(*_around(masks, start, end), rank, span) for start, end, rank, span in found]
        found = [item for item in widened if any(map(str.isalnum, MASK.sub("", text[item[0] : item[1]])))]
    return list(_merged(sorted(found, key=lambda item: item[:3])))


def _around(masks: Iterable[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """The same stretch with the masks that it cuts whole: half a mask would be left of them."""
    cut = [(first, last) for first, last in masks if first < end and start < last]
    return min([start, *(first for first, _ in cut)]), max([end, *(last for _, last in cut)])


def _merged(found: list[tuple[int, int, int, Span]]) -> Iterator[Span]:
    if not found:
        return
    start, end, rank, span = found[0]
    for item in found[1:]:
        if item[0] < end:
            end = max(end, item[1])
            if item[2] < rank:
                rank, span = item[2], item[3]
            continue
        yield replace(span, start=start, end=end)
        start, end, rank, span = item
    yield replace(span, start=start, end=end)
