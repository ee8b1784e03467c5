"""How people type: small letters, slips, no full stop, an emoji, another sentence before or behind."""

from __future__ import annotations

import random
from collections.abc import Sequence

from benchmarks.privacy.case import Case

EMOJI = ("😂", "🙏", "👍", "❤️", "🤷‍♂️", "😅", "🔥", "👀")
GLUED = (",", "!", ".", ")", "?", "…", ";", "!!", "))")


def typed(rng: random.Random, kind: str, language: str, template: str, value: str, fillers: Sequence[str]) -> Case:
    """A template around a value, as somebody in a hurry writes it. The value itself stays as it is."""
    before, _, after = template.partition("{}")
    before = _in_case(rng, before)
    if not after and rng.random() < 0.25:
        after = rng.choice(GLUED)
    if rng.random() < 0.3:
        before = f"{slip(rng, rng.choice(fillers))}{rng.choice(('. ', ', ', ' ', chr(10)))}{before}"
    if rng.random() < 0.2:
        after += f"{rng.choice((' ', '. ', ', ', chr(10)))}{slip(rng, rng.choice(fillers))}"
    if rng.random() < 0.15:
        after += f" {rng.choice(EMOJI)}"
    return Case(kind, language, before, value, after)


def _in_case(rng: random.Random, text: str) -> str:
    chance = rng.random()
    if chance < 0.25:
        return text[:1].upper() + text[1:]
    return text.upper() if chance < 0.28 else text


def slip(rng: random.Random, text: str) -> str:
    """Two letters the wrong way round, now and then."""
    words = text.split(" ")
    at = rng.randrange(len(words))
    word = words[at]
    if len(word) > 4 and word.isalpha() and rng.random() < 0.3:
        i = rng.randrange(1, len(word) - 2)
        words[at] = word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    return " ".join(words)
