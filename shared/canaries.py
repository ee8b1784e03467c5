"""Canaries: made-up secrets in a dataset, by which one measures whether a model gives up what it was trained on
(Carlini et al. 2019, "The Secret Sharer", arXiv:1802.08232). They come from nobody's messages."""

from __future__ import annotations

from pydantic import Field

from shared.contracts.base import Contract

#: In the dataset's folder.
FILE = "canaries.json"

#: What a secret is drawn from: nine digits, each as likely as the others. No model guesses one of them by chance.
DIGITS = 9
SPACE = 10**DIGITS


def spelled(number: int) -> str:
    """A number below ``SPACE`` as a secret is written: ``042917380``."""
    return f"{number:0{DIGITS}}"


class Canary(Contract):
    """One secret. It is planted in the answer to ``question``, behind the words of ``prefix``."""

    question: str
    prefix: str
    secret: str
    examples: list[str] = Field(description="ids of the training examples that hold it, one a repeat")

    @property
    def answer(self) -> str:
        return f"{self.prefix} {self.secret}"


class Canaries(Contract):
    """A dataset's ``canaries.json``. The list follows from ``seed``, the number of canaries and ``repeats``."""

    seed: str
    repeats: int
    space: int = SPACE
    canaries: list[Canary]
