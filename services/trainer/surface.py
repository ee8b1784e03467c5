"""Surface style: what a reply looks like before anybody reads it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from statistics import fmean

_WORD = re.compile(r"\w+")


def surface_style(replies: Sequence[str]) -> dict[str, float]:
    """Means over replies: characters, words and bubbles a reply; the others are shares (0 to 1)."""
    return {name: fmean(map(measure, replies)) if replies else 0.0 for name, measure in _MEASURES.items()}


def words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _lower_case(text: str) -> float:
    letters = [c for c in text if c.isalpha()]
    return sum(c.islower() for c in letters) / len(letters) if letters else 1.0


def _emoji(text: str) -> float:
    return float(any(unicodedata.category(c) == "So" for c in text))


def _bubbles(text: str) -> float:
    return float(len([line for line in text.split("\n") if line.strip()]))


def _ends_in_punctuation(text: str) -> float:
    bubbles = [line.strip() for line in text.split("\n") if line.strip()]
    return fmean(bubble.endswith((".", "!", "?")) for bubble in bubbles) if bubbles else 0.0


_MEASURES: dict[str, Callable[[str], float]] = {
    "length": lambda text: float(len(text)),
    "words": lambda text: float(len(words(text))),
    "bubbles": _bubbles,
    "lower_case": _lower_case,
    "end_punctuation": _ends_in_punctuation,
    "exclamation": lambda text: float("!" in text),
    "question": lambda text: float("?" in text),
    "emoji": _emoji,
}
