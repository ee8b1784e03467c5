"""Figures of a dataset, and a picture of how long the owner's replies are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import fmean

from services.ingest.dataset.examples import Window
from services.ingest.dataset.exchanges import Tally
from shared.canaries import Canaries
from shared.charts import Chart, draw_bars
from shared.contracts.ingest import DatasetStatistics, SplitStatistics
from shared.languages import language_of

TOKEN = re.compile(r"\w+|[^\w\s]")
#: Upper ends of the histogram's bins, in words.
BINS = (1, 2, 4, 8, 16, 32, 64)


def describe(
    splits: Mapping[str, Sequence[Window]], tally: Tally, near_duplicates: int, canaries: Canaries | None = None
) -> DatasetStatistics:
    planted = canaries.canaries if canaries else []
    replies = [window.reply for examples in splits.values() for window in examples]
    lengths = Counter(_bin(len(reply.split())) for reply in replies)
    return DatasetStatistics(
        splits={name: _split(examples) for name, examples in splits.items()},
        languages=dict(Counter(language_of(reply) for reply in replies).most_common()),
        reply_length_histogram={name: lengths[name] for name in bin_names()},
        withheld_messages=tally.withheld,
        near_duplicates_removed=near_duplicates,
        left_out=dict(sorted(tally.left_out.items())),
        canaries=len(planted),
        canary_examples=sum(len(canary.examples) for canary in planted),
    )


def _split(examples: Sequence[Window]) -> SplitStatistics:
    replies = [window.reply for window in examples]
    return SplitStatistics(
        examples=len(examples),
        threads=len({window.thread for window in examples}),
        reply_tokens=sum(len(TOKEN.findall(reply)) for reply in replies),
        reply_characters_mean=round(fmean(map(len, replies)), 2) if replies else 0.0,
        bubbles_mean=round(fmean(len(window.exchange.reply) for window in examples), 3) if examples else 0.0,
    )


def bin_names() -> list[str]:
    """``1``, ``2``, ``3-4`` ... ``65+`` words."""
    starts = [1, *(end + 1 for end in BINS)]
    names = [str(end) if start == end else f"{start}-{end}" for start, end in zip(starts, BINS, strict=False)]
    return [*names, f"{starts[-1]}+"]


def _bin(words: int) -> str:
    return next((name for name, end in zip(bin_names(), BINS, strict=False) if words <= end), bin_names()[-1])


def draw_histogram(counts: Mapping[str, int], title: str) -> str:
    """A bar chart as SVG: replies by their length in words."""
    return draw_bars(Chart(f"{title}: replies by length", "words in a reply", "replies", counts))
