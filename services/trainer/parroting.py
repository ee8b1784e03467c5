"""Memorised training text: replies that repeat a run of words of a training reply."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.trainer.surface import words

#: A run of this many words hardly comes about by chance.
RUN = 6


def parroting_rate(replies: Sequence[str], training: Iterable[str]) -> float:
    """Share of ``replies`` (0 to 1) that hold ``RUN`` words in a row of one of the ``training`` replies."""
    known = {run for text in training for run in _runs(text)}
    return sum(not known.isdisjoint(_runs(reply)) for reply in replies) / len(replies) if replies else 0.0


def _runs(text: str) -> set[tuple[str, ...]]:
    said = words(text)
    return {tuple(said[i : i + RUN]) for i in range(len(said) - RUN + 1)}
