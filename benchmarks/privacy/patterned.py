"""Messages with something private that a pattern, a checksum or a word beside it tells."""

from __future__ import annotations

import random
from collections.abc import Iterator

from benchmarks.privacy.case import LANGUAGES, Case, texts
from benchmarks.privacy.typing_habits import typed
from benchmarks.privacy.values import VALUES

#: Of values that need no word beside them, how many stand without one.
BARE = 0.4
#: Written in the same sentences: only the name of the paper differs.
PAPERS = ("passport", "ssn", "inn", "snils", "steuer_id", "bank_account")


def patterned_cases(count: int, seed: int) -> Iterator[Case]:
    """``count`` of each kind in each language."""
    for language in LANGUAGES:
        for kind in VALUES:
            rng = random.Random(f"{seed} {kind} {language}")
            for _ in range(count):
                yield _case(rng, kind, language)


def _case(rng: random.Random, kind: str, language: str) -> Case:
    said, value = texts(language), VALUES[kind](rng, language)
    if value.plain and rng.random() < BARE:
        template = rng.choice(said["bare"])
    else:
        template = rng.choice(said["cued"]["document" if kind in PAPERS else kind])
        template = template.replace("{label}", rng.choice(said["labels"].get(kind, ("",))))
    return typed(rng, kind, language, template, value.text, said["filler"]["harmless"])
