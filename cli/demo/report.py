"""What the demo ends with: the table for the eye, the figures, how to go on."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from cli.console import table
from cli.settings import CliSettings
from shared.contracts.trainer import Evaluation, Sample

#: Keys of an evaluation's figures, and what they mean to a reader.
FIGURES = {
    "auc": "told from the owner (AUC, 0.5 = not at all)",
    "style_score": "sounds like the owner (0 to 1)",
    "nll": "surprise at real replies (nats a token)",
    "length": "characters a reply",
    "bubbles": "bubbles a reply",
    "emoji": "emoji",
    "lower_case": "lower case",
    "latency_s": "seconds a reply",
}
SHOWN = 6


def print_samples(console: Console, samples: Sequence[Sample]) -> None:
    """Held-out messages and three answers to each."""
    grid = Table(title="Messages that the model never saw", title_justify="left", show_lines=True)
    for column in ("message", "base model", "persona", "what the owner really answered"):
        grid.add_column(column, ratio=1, overflow="fold")
    for sample in samples[:SHOWN]:
        grid.add_row(*(_cell(text) for text in (sample.message, sample.base, sample.persona, sample.owner)))
    console.print(grid, markup=False)


def print_style(console: Console, evaluations: Sequence[Evaluation]) -> None:
    """The style figures: the owner, the base model, and each adapter."""
    owner, base = evaluations[-1].owner, evaluations[-1].base
    columns = [owner, base, *(evaluation.persona for evaluation in evaluations)]
    rows = [
        (meaning, *(f"{column[key]:.2f}" if key in column else "" for column in columns))
        for key, meaning in FIGURES.items()
        if any(key in column for column in columns)
    ]
    names = [evaluation.adapter for evaluation in evaluations]
    table("Style", ("", "owner", "base model", *names), rows, console=console)


def print_next(console: Console, settings: CliSettings, *, keeps: bool) -> None:
    """How to go on."""
    if keeps:
        console.print("The stack keeps running.", markup=False)
        console.print(f"  make chat                talk with {settings.persona}", markup=False)
        console.print(f"  {settings.inference_url}/v1    the same for any OpenAI client", markup=False, soft_wrap=True)
        console.print("  make down                stop it", markup=False)
    else:
        console.print("Talk with it:  make up, and in another terminal: make chat", markup=False)
    console.print(
        "Your own history: set ANSELM_HOME to a new folder, then: anselm up, anselm import FILE", markup=False
    )


def _cell(text: str, longest: int = 160) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
