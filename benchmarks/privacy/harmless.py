"""Messages with numbers, names of files and words that are names too: nothing of them may go."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from benchmarks.privacy.case import LANGUAGES, Case, texts
from benchmarks.privacy.typing_habits import EMOJI, slip
from benchmarks.privacy.values.value import digits, drawn

SLOT = re.compile(r"\{(\w+)\}")


def harmless_cases(count: int, seed: int) -> Iterator[Case]:
    """``count`` of each language, a fifth of them of the lists that belong to no language."""
    written = texts("harmless")
    for language in LANGUAGES:
        rng = random.Random(f"{seed} harmless {language}")
        said = texts(language)["filler"]["harmless"]
        for _ in range(count):
            text = rng.choice(written["any" if rng.random() < 0.2 else language])
            text = SLOT.sub(lambda slot: _drawn(rng, slot[1]), text)
            if rng.random() < 0.2:
                text = text.capitalize()
            if rng.random() < 0.3:
                text += rng.choice((". ", ", ", " ", "\n")) + slip(rng, rng.choice(said))
            if rng.random() < 0.15:
                text += f" {rng.choice(EMOJI)}"
            yield Case("harmless", language, text, "", "")


def _drawn(rng: random.Random, slot: str) -> str:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(2015, 2026)
    time = rng.choice(("{}:{:02}", "{}:{:02}", "{}.{:02}", "{}-{:02}"))
    makers = {
        "n": lambda: str(rng.randint(1, 60)),
        "k": lambda: str(rng.randint(1, 9)),
        "m": lambda: str(rng.randint(100, 9999)),
        "big": lambda: rng.choice(("{}000", "{} 000", "{}00", "{}.000", "{}500")).format(rng.randint(1, 250)),
        "y": lambda: str(rng.randint(1960, 2026)),
        "y2": lambda: str(rng.randint(2000, 2030)),
        "t": lambda: time.format(rng.randint(7, 23), rng.choice((0, 5, 15, 30, 45, 50))),
        "d": lambda: rng.choice(
            (f"{day}.{month:02}", f"{day:02}.{month:02}.{year}", f"{year}-{month:02}-{day:02}", f"{day}/{month}")
        ),
        "hex": lambda: drawn(rng, "0123456789abcdef", 6),
        "h": lambda: drawn(rng, "0123456789abcdef", 7),
        "u": lambda: rng.choice(
            (f"A{digits(rng, 5)}", f"{digits(rng, 3)}-{digits(rng, 4)}", f"RE-{year}-{digits(rng, 3)}", digits(rng, 6))
        ),
        "ymd": lambda: f"{year}{month:02}{day:02}",
        "hms": lambda: f"{rng.randint(8, 22):02}{digits(rng, 2)}{digits(rng, 2)}",
    }
    return makers[slot]()
