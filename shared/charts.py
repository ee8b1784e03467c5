"""A bar chart as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

BLUE, GREY, INK = "#3b6ea5", "#d8dde3", "#1f2933"
WIDTH, HEIGHT = 760, 340
LEFT, RIGHT, TOP, BOTTOM = 76, 20, 48, 64
#: More bars than this have their count only on hovering, and not every one has its name.
FEW = 16


@dataclass(frozen=True)
class Chart:
    """Bars from left to right, by name."""

    title: str
    across: str
    up: str
    counts: Mapping[str, int]

    @property
    def ticks(self) -> list[int]:
        """From 0 to above the highest bar, at most six, in steps of 1, 2 or 5."""
        highest = max([*self.counts.values(), 1])
        size = 10 ** math.floor(math.log10(highest))
        steps = [max(1, part * size // 10) for part in (1, 2, 5, 10, 20)]
        step = next(step for step in steps if math.ceil(highest / step) <= 5)
        return list(range(0, (math.ceil(highest / step) + 1) * step, step))

    def y(self, count: int) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * count / self.ticks[-1], 1)


def draw_bars(chart: Chart) -> str:
    """The chart as an SVG document."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="sans-serif" '
        f'font-size="12" fill="{INK}">'
    )
    middle = (LEFT + WIDTH - RIGHT) / 2
    turned = f'transform="rotate(-90 16 {(TOP + HEIGHT - BOTTOM) / 2})"'
    lines = [
        head,
        f"<title>{escape(chart.title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="26" font-size="15">{escape(chart.title)}</text>',
        *_scale(chart),
        *_bars(chart),
        _text(middle, HEIGHT - 14, chart.across),
        f'<text x="16" y="{(TOP + HEIGHT - BOTTOM) / 2}" text-anchor="middle" {turned}>{escape(chart.up)}</text>',
        "</svg>\n",
    ]
    return "\n".join(lines)


def _scale(chart: Chart) -> Iterator[str]:
    for tick in chart.ticks:
        y = chart.y(tick)
        yield f'<line x1="{LEFT}" y1="{y}" x2="{WIDTH - RIGHT}" y2="{y}" stroke="{GREY if tick else INK}"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{tick:,}</text>'


def _bars(chart: Chart) -> Iterator[str]:
    slot = (WIDTH - LEFT - RIGHT) / max(1, len(chart.counts))
    every = math.ceil(len(chart.counts) / 12) if len(chart.counts) > FEW else 1
    for number, (name, count) in enumerate(chart.counts.items()):
        x, y, wide = LEFT + slot * number, chart.y(count), min(0.8 * slot, 60)
        middle = round(x + slot / 2, 1)
        yield (
            f'<rect x="{round(middle - wide / 2, 1)}" y="{y}" width="{round(wide, 1)}" '
            f'height="{round(chart.y(0) - y, 1)}" fill="{BLUE}"><title>{escape(name)}: {count:,}</title></rect>'
        )
        if len(chart.counts) <= FEW:
            yield _text(middle, y - 5, f"{count:,}")
        if number % every == 0:
            yield _text(middle, HEIGHT - BOTTOM + 18, name)


def _text(x: float, y: float, text: str) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="middle">{escape(text)}</text>'
