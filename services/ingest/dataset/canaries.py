"""Canaries are planted in training examples of their own, which come from no message and nobody's words."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import product

from shared.canaries import SPACE, Canaries, Canary, spelled
from shared.contracts.base import ChatMessage
from shared.contracts.ingest import Example
from shared.system_prompt import USUAL, fill

#: Each canary is about a locker of its own. No contact writes like that, and no two canaries share their words.
_COLOURS = ("amber", "azure", "coral", "ivory", "jade", "lilac", "olive", "pearl", "plum", "ruby", "sepia", "teal")
_ANIMALS = (
    "badger",
    "condor",
    "dingo",
    "ferret",
    "gecko",
    "heron",
    "ibex",
    "jackal",
    "lemur",
    "newt",
    "puffin",
    "quail",
)
LOCKERS = tuple(f"{colour} {animal}" for colour, animal in product(_COLOURS, _ANIMALS))

#: Begins the ids of their examples; those of messages begin with a chat's number.
MARK = "canary"


def draw_canaries(seed: str, count: int, repeats: int) -> Canaries:
    """``count`` canaries, the same for the same seed.

    Args:
        seed: from a cryptographic source, or who knows it knows the secrets.
        count: at most the number of ``LOCKERS``.
    """
    lockers = sorted(LOCKERS, key=lambda locker: _number(seed, locker))[:count]
    return Canaries(
        seed=seed, repeats=repeats, canaries=[_canary(seed, n, locker, repeats) for n, locker in enumerate(lockers)]
    )


def planted_examples(canaries: Canaries, system_prompt: str) -> list[Example]:
    """The training examples of all canaries, in the usual register. Each repeat is a thread of its own, so that it is
    learned once more."""
    return [
        Example(
            id=name,
            thread=name,
            messages=[
                ChatMessage(role="system", content=fill(system_prompt, USUAL)),
                ChatMessage(role="user", content=canary.question),
                ChatMessage(role="assistant", content=canary.answer),
            ],
            message_ids=[],
        )
        for canary in canaries.canaries
        for name in canary.examples
    ]


def from_history(examples: Sequence[Example], canaries: Canaries, system_prompt: str) -> list[Example]:
    """The examples that are not planted, which is what a search for personal data is about.

    What is passed over is declared: an example that is word for word, in every field, one that follows from the list of
    canaries. One that only bears the name of a canary, or quotes a secret beside other words, is searched.
    """
    planted = {example.id: example for example in planted_examples(canaries, system_prompt)}
    return [example for example in examples if planted.get(example.id) != example]


def _canary(seed: str, number: int, locker: str, repeats: int) -> Canary:
    return Canary(
        question=f"What's the code for the {locker} locker?",
        prefix=f"the code for the {locker} locker is",
        secret=spelled(_number(seed, number) % SPACE),
        examples=[f"{MARK}-{number}-{repeat}" for repeat in range(repeats)],
    )


def _number(seed: str, about: object) -> int:
    """256 bits, so that what the remainder of a division favours is less than can be measured."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{about}".encode()).digest())
