"""The examples of all chats, side by side: who is on which, what repeats there, and the proof that nothing does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.ingest.dataset.balance import Balance, balanced
from services.ingest.dataset.duplicates import References
from services.ingest.dataset.exchanges import Tally
from services.ingest.dataset.facts import Facts
from services.ingest.dataset.portions import Portion
from services.ingest.dataset.splits import SPLITS, assign_splits, overlapping
from shared.contracts.ingest import SplitProof

#: What must not be on a side: what is near something of these.
APART: tuple[tuple[str, tuple[str, ...]], ...] = (("val", ("test",)), ("train", ("val", "test")))


@dataclass(frozen=True)
class Sided:
    """
    Attributes:
        sides: of each portion, the side of each thread.
        placed: of each portion, the side of each example, in order; none: left out.
        repeated: examples left out because they are near one of another side.
        elsewhere: examples left out because their reply was on another side before.
        unbalanced: what was left out, in messages, so that nothing drowns the rest.
    """

    portions: Sequence[Portion]
    sides: Sequence[Sequence[str]]
    placed: Sequence[Sequence[str | None]]
    repeated: int
    elsewhere: int
    unbalanced: Tally

    def examples(self) -> dict[str, list[Facts]]:
        """By side, in the order of the files."""
        found: dict[str, list[Facts]] = {side: [] for side in SPLITS}
        for _, facts, side in self._each():
            found[side].append(facts)
        return found

    def chats(self) -> Iterator[tuple[int, str, Facts]]:
        for portion, facts, side in self._each():
            yield portion.chat, side, facts

    def new_replies(self, former: Mapping[int, Mapping[int, str]]) -> dict[tuple[int, str], list[int]]:
        """Replies that had no side, by chat and side."""
        found: dict[tuple[int, str], list[int]] = defaultdict(list)
        for portion, sides in zip(self.portions, self.sides, strict=True):
            known = former[portion.chat]
            for replies, side in zip(portion.replies, sides, strict=True):
                found[portion.chat, side] += [reply for reply in replies if reply not in known]
        return {key: replies for key, replies in found.items() if replies}

    def _each(self) -> Iterator[tuple[Portion, Facts, str]]:
        for portion, placed in zip(self.portions, self.placed, strict=True):
            for facts, side in zip(portion.facts, placed, strict=True):
                if side is not None:
                    yield portion, facts, side


def split(portions: Sequence[Portion], balance: Balance) -> Sided:
    """Balanced examples by side, without those that repeat one that is held out. Of val and test, test keeps what both
    have."""
    unbalanced = Tally()
    wanted = {facts.id for facts in balanced([f for portion in portions for f in portion.facts], balance, unbalanced)}
    flat = iter(assign_splits([thread for portion in portions for thread in portion.threads]))
    sides = [[next(flat) for _ in portion.threads] for portion in portions]
    placed: list[list[str | None]] = [
        [side if facts.id in wanted and facts.former in (None, side) else None for facts, side in _with_sides(*its)]
        for its in zip(portions, sides, strict=True)
    ]
    elsewhere = len(wanted) - sum(side is not None for its in placed for side in its)
    repeated = 0
    for side, held_out in APART:
        references = References(_texts(portions, placed, held_out))
        for portion, its in zip(portions, placed, strict=True):
            for place, facts in enumerate(portion.facts):
                if its[place] == side and references.near(facts.text):
                    its[place] = None
                    repeated += 1
    return Sided(portions, sides, placed, repeated, elsewhere, unbalanced)


def prove(sided: Sided) -> SplitProof:
    """Counted again over what was placed, not remembered from the split."""
    near = 0
    for side, held_out in APART:
        references = References(_texts(sided.portions, sided.placed, held_out))
        near += sum(map(references.near, _texts(sided.portions, sided.placed, (side,))))
    moved = sum(facts.former not in (None, side) for _, side, facts in sided.chats())
    shared = sum(overlapping(portion.shared, sides) for portion, sides in zip(sided.portions, sided.sides, strict=True))
    return SplitProof(
        near_duplicates=near,
        shared_messages=shared,
        moved=moved,
        left_out_repeated=sided.repeated,
        left_out_elsewhere=sided.elsewhere,
    )


def _with_sides(portion: Portion, sides: Sequence[str]) -> Iterator[tuple[Facts, str]]:
    return ((facts, sides[facts.thread]) for facts in portion.facts)


def _texts(
    portions: Sequence[Portion], placed: Sequence[Sequence[str | None]], wanted: tuple[str, ...]
) -> Iterator[str]:
    for portion, its in zip(portions, placed, strict=True):
        for facts, side in zip(portion.facts, its, strict=True):
            if side in wanted:
                yield facts.text
