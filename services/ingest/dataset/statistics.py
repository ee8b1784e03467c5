"""Figures of a dataset."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from statistics import fmean

from services.ingest.dataset.exchanges import Tally
from services.ingest.dataset.facts import Facts
from services.ingest.dataset.sides import Sided, prove
from services.ingest.dataset.splits import SPLITS
from shared.canaries import Canaries
from shared.contracts.ingest import DatasetStatistics, SplitStatistics

#: Upper ends of the histogram's bins, in words.
BINS = (1, 2, 4, 8, 16, 32, 64)
MOST_BUBBLES = 8
MOST_EMOJI = 20


def describe(sided: Sided, canaries: Canaries | None = None) -> DatasetStatistics:
    planted = canaries.canaries if canaries else []
    examples, tally = sided.examples(), _tally(sided)
    found = [facts for side in examples.values() for facts in side]
    lengths = Counter(_bin(facts.words) for facts in found)
    bubbles = Counter(min(facts.bubbles, MOST_BUBBLES) for facts in found)
    hours = Counter(facts.hour for facts in found)
    emoji = Counter(sign for facts in found for sign in facts.emoji)
    return DatasetStatistics(
        splits={name: _split(its, _threads(sided, name)) for name, its in examples.items()},
        languages=dict(Counter(facts.language for facts in found).most_common()),
        reply_length_histogram={name: lengths[name] for name in bin_names()},
        chats=_by_side((str(chat), side) for chat, side, _ in sided.chats()),
        months=dict(sorted(_by_side((facts.month, side) for _, side, facts in sided.chats()).items())),
        hours={f"{hour:02}": hours[hour] for hour in range(24)},
        bubbles={_bubbles(count): bubbles[count] for count in range(1, MOST_BUBBLES + 1)},
        emoji=dict(emoji.most_common(MOST_EMOJI)),
        replies_with_emoji=sum(bool(facts.emoji) for facts in found),
        proof=prove(sided),
        withheld_messages=tally.withheld,
        near_duplicates_removed=sided.repeated,
        left_out=dict(sorted(tally.left_out.items())),
        canaries=len(planted),
        canary_examples=sum(len(canary.examples) for canary in planted),
        registers=dict(Counter(facts.register for facts in found).most_common()),
    )


def _tally(sided: Sided) -> Tally:
    whole = Tally(Counter(sided.unbalanced.left_out))
    for portion in sided.portions:
        whole.left_out += portion.tally.left_out
        whole.withheld += portion.tally.withheld
    return whole


def _threads(sided: Sided, name: str) -> int:
    return sum(
        len({facts.thread for facts, side in zip(portion.facts, placed, strict=True) if side == name})
        for portion, placed in zip(sided.portions, sided.placed, strict=True)
    )


def _split(examples: Sequence[Facts], threads: int) -> SplitStatistics:
    return SplitStatistics(
        examples=len(examples),
        threads=threads,
        reply_tokens=sum(facts.tokens for facts in examples),
        reply_characters_mean=round(fmean(facts.characters for facts in examples), 2) if examples else 0.0,
        bubbles_mean=round(fmean(facts.bubbles for facts in examples), 3) if examples else 0.0,
    )


def _by_side(pairs: Iterable[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """Counts by name and side, every side of a name among them."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(SPLITS, 0))
    for name, side in pairs:
        found[name][side] += 1
    return dict(found)


def bin_names() -> list[str]:
    """``1``, ``2``, ``3-4`` ... ``65+`` words."""
    starts = [1, *(end + 1 for end in BINS)]
    names = [str(end) if start == end else f"{start}-{end}" for start, end in zip(starts, BINS, strict=False)]
    return [*names, f"{starts[-1]}+"]


def bubble_names() -> list[str]:
    """``1``, ``2`` ... ``8+`` bubbles."""
    return [_bubbles(count) for count in range(1, MOST_BUBBLES + 1)]


def _bubbles(count: int) -> str:
    return str(count) if count < MOST_BUBBLES else f"{count}+"


NAMES = tuple(bin_names())


def _bin(words: int) -> str:
    return next((name for name, end in zip(NAMES, BINS, strict=False) if words <= end), NAMES[-1])
