"""What a generator of values returns."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Value:
    """``plain``: the form alone says what it is, so that it may stand without a word that announces it."""

    text: str
    plain: bool = True


def digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("0123456789", k=count))


def drawn(rng: random.Random, alphabet: str, count: int) -> str:
    return "".join(rng.choices(alphabet, k=count))


def grouped(text: str, sizes: tuple[int, ...], separator: str) -> str:
    """``grouped("123456", (2,), " ")`` is ``12 34 56``: the last size goes on to the end."""
    parts, position, size = [], 0, 1
    for size in (*sizes, *[sizes[-1]] * len(text)):
        if position >= len(text):
            break
        parts.append(text[position : position + size])
        position += size
    return separator.join(parts)
