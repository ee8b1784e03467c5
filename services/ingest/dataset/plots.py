"""The plots of a dataset as PNG: ``python -m services.ingest.dataset.plots FOLDER``, which has ``statistics.json``.

A process of its own: what draws is needed once a version, and its memory ends with it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from services.ingest.dataset.leaving import REASONS, left_out
from services.ingest.dataset.palette import LIGHT, Palette
from shared.contracts.ingest import DatasetStatistics

FOLDER = "plots"
DOTS = 144
SIDES = {"train": "to train on", "val": "to validate", "test": "to test"}
#: A bar more would be too thin to read.
MOST_BARS = 15
Draw = Callable[[Axes, DatasetStatistics, Palette], None]


def lengths(axes: Axes, statistics: DatasetStatistics, palette: Palette) -> None:
    _columns(axes, statistics.reply_length_histogram, palette, "words in a reply")


def bubbles(axes: Axes, statistics: DatasetStatistics, palette: Palette) -> None:
    _columns(axes, statistics.bubbles, palette, "messages that a reply is sent in")


def hours(axes: Axes, statistics: DatasetStatistics, palette: Palette) -> None:
    _columns(axes, statistics.hours, palette, "hour of the day (UTC)", told=False)
    axes.set_xticks(range(0, 24, 3), [f"{hour:02}" for hour in range(0, 24, 3)])


def languages(axes: Axes, statistics: DatasetStatistics, palette: Palette) -> None:
    _rows(axes, statistics.languages, palette)


def withheld(axes: Axes, statistics: DatasetStatistics, palette: Palette) -> None:
    _rows(axes, {REASONS.get(why, why): count for why, count in left_out(statistics).items()}, palette)


def chats(axes: Axes, statistics: DatasetStatistics, palette: Palette) -> None:
    largest = sorted(statistics.chats.items(), key=lambda one: -sum(one[1].values()))
    shown = dict(largest[:MOST_BARS])
    if rest := largest[MOST_BARS:]:
        shown[f"{len(rest)} others"] = {side: sum(counts[side] for _, counts in rest) for side in SIDES}
    before = [0] * len(shown)
    for side, colour in zip(SIDES, palette.sides, strict=True):
        counts = [counts[side] for counts in shown.values()]
        axes.barh(list(shown), counts, left=before, color=colour, label=SIDES[side], height=0.72)
        before = [one + more for one, more in zip(before, counts, strict=True)]
    _lying(axes, palette)
    _legend(axes)


def months(axes: Axes, statistics: DatasetStatistics, palette: Palette) -> None:
    before = [0] * len(statistics.months)
    for side, colour in zip(SIDES, palette.sides, strict=True):
        counts = [counts[side] for counts in statistics.months.values()]
        axes.bar(range(len(before)), counts, bottom=before, color=colour, label=SIDES[side], width=0.8)
        before = [one + more for one, more in zip(before, counts, strict=True)]
    every = max(1, len(before) // 8)
    names = list(statistics.months)
    axes.set_xticks(range(0, len(names), every), names[::every])
    _standing(axes, palette)
    _legend(axes)


#: File -> what draws it, and its size in inches.
PLOTS: Mapping[str, tuple[Draw, tuple[float, float]]] = {
    "lengths": (lengths, (7, 3)),
    "bubbles": (bubbles, (7, 3)),
    "hours": (hours, (7, 3)),
    "languages": (languages, (7, 2.6)),
    "chats": (chats, (7, 4.2)),
    "months": (months, (7, 3)),
    "withheld": (withheld, (7, 3)),
}


def draw(folder: Path, statistics: DatasetStatistics) -> None:
    """Write ``plots/<name>.png``."""
    (folder / FOLDER).mkdir()
    with mpl.rc_context(_style(LIGHT)):
        for name, (paint, size) in PLOTS.items():
            figure = Figure(figsize=size, layout="constrained")
            paint(figure.add_subplot(), statistics, LIGHT)
            figure.savefig(folder / FOLDER / f"{name}.png", dpi=DOTS, metadata={"Software": None})


def _style(palette: Palette) -> dict[Any, Any]:
    return {
        "font.size": 9.5,
        "text.color": palette.ink,
        "axes.labelcolor": palette.soft,
        "axes.edgecolor": palette.line,
        "axes.facecolor": palette.paper,
        "figure.facecolor": palette.paper,
        "xtick.color": palette.soft,
        "ytick.color": palette.soft,
        "xtick.labelcolor": palette.ink,
        "ytick.labelcolor": palette.ink,
    }


def _columns(axes: Axes, counts: Mapping[str, int], palette: Palette, across: str, *, told: bool = True) -> None:
    bars = axes.bar(list(counts), list(counts.values()), color=palette.accent, width=0.78)
    if told:
        axes.bar_label(bars, [f"{count:,}" if count else "" for count in counts.values()], padding=2, fontsize=8.5)
    axes.set_xlabel(across)
    _standing(axes, palette)


def _rows(axes: Axes, counts: Mapping[str, int], palette: Palette) -> None:
    bars = axes.barh(list(counts), list(counts.values()), color=palette.accent, height=0.72)
    axes.bar_label(bars, [f"{count:,}" for count in counts.values()], padding=4, fontsize=8.5)
    _lying(axes, palette)


def _standing(axes: Axes, palette: Palette) -> None:
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.grid(axis="y", color=palette.line, linewidth=0.6)
    axes.tick_params(length=0)
    _bare(axes, ("top", "right", "left"))


def _lying(axes: Axes, palette: Palette) -> None:
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.grid(axis="x", color=palette.line, linewidth=0.6)
    axes.tick_params(length=0)
    axes.margins(x=0.09)
    _bare(axes, ("top", "right", "bottom"))


def _bare(axes: Axes, sides: tuple[str, ...]) -> None:
    axes.set_axisbelow(True)
    axes.spines[list(sides)].set_visible(False)


def _legend(axes: Axes) -> None:
    axes.legend(frameon=False, ncols=3, loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2, fontsize=9)


def main() -> None:
    folder = Path(sys.argv[1])
    draw(folder, DatasetStatistics.model_validate_json((folder / "statistics.json").read_bytes()))


if __name__ == "__main__":
    main()
