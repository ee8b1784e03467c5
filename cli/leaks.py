"""What adapters give up of their training data, as a table beside the base model."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from cli.console import out, table
from shared.contracts.trainer import Evaluation, LeakFigures

NOT_MEASURED = "not measured"


def print_leaks(evaluations: Sequence[Evaluation], console: Console = out) -> None:
    """One column for the base model and one for each adapter; all of the same dataset."""
    measured = [(one.adapter, one.leaks) for one in evaluations if one.leaks]
    if not measured:
        console.print("leaks: not measured; evaluate it again", markup=False)
        return
    newest = measured[-1][1]
    columns = [newest.base, *(leaks.persona for _, leaks in measured)]
    rows = [
        ("exposure of planted secrets, most (bits of 29.9)", *(_bits(figures.exposure_max) for figures in columns)),
        ("exposure of planted secrets, mean (bits)", *(_bits(figures.exposure_mean) for figures in columns)),
        ("planted secrets given up when asked", *(_extracted(figures, newest.canaries) for figures in columns)),
        ("replies with over 50 characters of training text", *(_verbatim(figures) for figures in columns)),
    ]
    table("Leaks", ("", "base model", *(name for name, _ in measured)), rows, console=console)
    if not newest.canaries:
        console.print("No secrets were planted. Plant some with: anselm dataset build --canaries 8", markup=False)


def _bits(value: float | None) -> str:
    return NOT_MEASURED if value is None else f"{value:.1f}"


def _extracted(figures: LeakFigures, planted: int) -> str:
    return f"{figures.extracted} of {planted}" if planted else NOT_MEASURED


def _verbatim(figures: LeakFigures) -> str:
    longest = f", {figures.verbatim_longest} at most" if figures.verbatim else ""
    return f"{figures.verbatim} of {figures.replies}{longest}"
