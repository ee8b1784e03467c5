"""Counts by month, drawn in a terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import islice, pairwise

BLOCKS = " ▁▂▃▄▅▆▇█"
WIDEST = 6


def every_month(counts: Mapping[str, int]) -> dict[str, int]:
    """Months such as ``2024-03`` in order, those without anything between the first and the last too."""
    if not counts:
        return {}
    first, last = (12 * int(month[:4]) + int(month[5:7]) - 1 for month in (min(counts), max(counts)))
    months = (f"{number // 12:04}-{number % 12 + 1:02}" for number in range(first, last + 1))
    return {month: counts.get(month, 0) for month in months}


def draw(counts: Mapping[str, int], width: int = 100, height: int = 8) -> list[str]:
    """Lines of text: upright bars with the highest count beside them, and years below. Where there are more months than
    ``width``, a bar stands for several."""
    months = every_month(counts)
    if not months:
        return []
    bars, together = _fitted(months, width)
    highest = max(bars.values())
    wide = min(WIDEST, width // len(bars))
    lines = [
        "".join(_cell(count / highest * height - level, wide) for count in bars.values()).rstrip()
        for level in reversed(range(height))
    ]
    edge = f"{highest:,}"
    margins = [edge, *[""] * (height - 1)]
    drawn = [f"{margin:>{len(edge)}} {line}" for margin, line in zip(margins, lines, strict=True)]
    notes = [f"each bar is {together} months"] if together > 1 else []
    return [*drawn, f"{'0':>{len(edge)}} {_names(list(bars), wide)}", *notes]


def _fitted(months: Mapping[str, int], width: int) -> tuple[dict[str, int], int]:
    """As many bars as fit, and how many months each of them is."""
    together = math.ceil(len(months) / width)
    rest = iter(months.items())
    bars: dict[str, int] = {}
    while run := list(islice(rest, together)):
        bars[run[0][0]] = sum(count for _, count in run)
    return bars, together


def _cell(filled: float, wide: int) -> str:
    """``filled``: eighths of this line's block follow from it; anything above 0 at the bottom is seen."""
    block = BLOCKS[max(0, min(8, math.ceil(filled * 8)))]
    return block * max(1, wide - 1) + " " * (wide > 1)


def _names(months: list[str], wide: int) -> str:
    """The first month, and every year where it begins if there is room."""
    line = months[0]
    for position, (before, month) in enumerate(pairwise(months), 1):
        if month[:4] != before[:4] and position * wide > len(line):
            line = line.ljust(position * wide) + month[:4]
    return line
