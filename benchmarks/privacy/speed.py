"""What the cleaning costs: in messages a second, by detector, and beside the rest of an import."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence

from benchmarks.engines import database_settings
from benchmarks.importing import generated, imported
from benchmarks.privacy.cleaning import clean_all
from benchmarks.privacy.names import export
from examples.generate import messages
from services.ingest.cleaning.names import NameBook, NameMasker
from shared.privacy.detectors import MASKERS

IMPORTED = 200_000


def usual_texts(count: int) -> list[str]:
    """Texts as the generated export has them: something private in one of twenty."""
    people = [(number, f"Person {number}") for number in range(5)]
    return [message["text"] for message in messages(count, people, random.Random(1))]


def messages_a_second(texts: Sequence[str]) -> float:
    return len(texts) / _seconds(lambda: clean_all(export(), texts))


def microseconds_a_message(texts: Sequence[str]) -> dict[str, float]:
    """Of each detector alone, were it run on every message."""
    finders = [*MASKERS, NameMasker(NameBook.of(export()))]
    return {
        type(finder).__name__: 1e6 * _seconds(lambda find=finder.find: [list(find(t)) for t in texts]) / len(texts)  # type: ignore[misc]
        for finder in finders
    }


def _seconds(work: Callable[[], object]) -> float:
    """CPU time: other work on the machine does not count."""
    began = time.process_time()
    work()
    return time.process_time() - began


def cost_ratio(count: int = IMPORTED) -> float:
    """The time that an import takes longer for its cleaning, by the time that it takes without."""
    with database_settings() as settings:
        file = generated(settings.anselm_home, count)
        clean = imported(settings, file, "clean")
        with database_settings() as others:
            plain = imported(others, file, "plain", "plain")
    return (clean.seconds - plain.seconds) / plain.seconds
