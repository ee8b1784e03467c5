"""What feedback teaches: pairs for DPO, labelled replies for KTO.

Comparisons and rewrites are pairs. Two replies to the same conversation, one liked and one not, make a pair as well.
What stays alone is a label. A rewrite is both: its words are desirable, those that it replaces are not. Where people
contradict each other the majority counts, and a tie teaches nothing.

Sources: Rafailov et al., "Direct Preference Optimization", 2023 (pairs); Ethayarajh et al., "KTO: Model Alignment as
Prospect Theoretic Optimization", 2024 (labels).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from shared.contracts.base import ChatMessage
from shared.contracts.feedback import PreferenceKind

Prompt = tuple[ChatMessage, ...]


@dataclass(frozen=True)
class Rated:
    """One person's verdict on a reply."""

    id: str
    prompt: Prompt
    text: str
    liked: bool


@dataclass(frozen=True)
class Compared:
    """One person's choice between two replies; of a rewrite, the chosen one is the owner's own."""

    id: str
    prompt: Prompt
    chosen: str
    rejected: str
    rewrite: bool


@dataclass(frozen=True)
class Pair:
    """A row for DPO. ``sources`` are the ids of the ratings and comparisons behind it."""

    prompt: Prompt
    chosen: str
    rejected: str
    sources: tuple[str, ...]

    def trl(self) -> dict[str, Any]:
        """The row in TRL's conversational preference format."""
        return {"prompt": _messages(self.prompt), "chosen": _reply(self.chosen), "rejected": _reply(self.rejected)}


@dataclass(frozen=True)
class Label:
    """A row for KTO. ``sources`` are the ids of the ratings and rewrites behind it."""

    prompt: Prompt
    completion: str
    desirable: bool
    sources: tuple[str, ...]

    def trl(self) -> dict[str, Any]:
        """The row in TRL's conversational unpaired preference format."""
        return {"prompt": _messages(self.prompt), "completion": _reply(self.completion), "label": self.desirable}


def rows(kind: PreferenceKind, rated: Sequence[Rated], compared: Sequence[Compared]) -> list[Pair] | list[Label]:
    """The rows of a dataset, in the order of the feedback that they come from."""
    return pairs(rated, compared) if kind is PreferenceKind.DPO else labels(rated, compared)


def pairs(rated: Sequence[Rated], compared: Sequence[Compared]) -> list[Pair]:
    """What was preferred to what."""
    votes: defaultdict[tuple[Prompt, str, str], list[tuple[str, ...]]] = defaultdict(list)
    for choice in compared:
        votes[choice.prompt, choice.chosen, choice.rejected].append((choice.id,))
    for liked, disliked in _opposites(rated):
        votes[liked.prompt, liked.completion, disliked.completion].append(liked.sources + disliked.sources)
    return [
        Pair(prompt, chosen, rejected, _together(for_it))
        for (prompt, chosen, rejected), for_it in votes.items()
        if len(for_it) > len(votes.get((prompt, rejected, chosen), ()))
    ]


def labels(rated: Sequence[Rated], compared: Sequence[Compared]) -> list[Label]:
    """What alone was found desirable or not."""
    paired = {label for opposite in _opposites(rated) for label in opposite}
    alone = [label for label in _majorities(_verdicts(rated)) if label not in paired]
    return _majorities([*alone, *_rewritten(compared)])


def _verdicts(rated: Iterable[Rated]) -> list[Label]:
    return [Label(r.prompt, r.text, r.liked, (r.id,)) for r in rated]


def _rewritten(compared: Iterable[Compared]) -> list[Label]:
    rewrites = [c for c in compared if c.rewrite]
    return [
        Label(c.prompt, text, desirable, (c.id,))
        for c in rewrites
        for text, desirable in ((c.chosen, True), (c.rejected, False))
    ]


def _majorities(verdicts: Iterable[Label]) -> list[Label]:
    """One label a reply, with the sources of those who said so; none where it is a tie."""
    votes: defaultdict[tuple[Prompt, str], dict[bool, list[tuple[str, ...]]]] = defaultdict(
        lambda: {True: [], False: []}
    )
    for verdict in verdicts:
        votes[verdict.prompt, verdict.completion][verdict.desirable].append(verdict.sources)
    return [
        Label(prompt, completion, desirable, _together(said[desirable]))
        for (prompt, completion), said in votes.items()
        for desirable in (True, False)
        if len(said[desirable]) > len(said[not desirable])
    ]


def _opposites(rated: Iterable[Rated]) -> list[tuple[Label, Label]]:
    """Each liked reply with each disliked one to the same conversation."""
    by_prompt: defaultdict[Prompt, list[Label]] = defaultdict(list)
    for label in _majorities(_verdicts(rated)):
        by_prompt[label.prompt].append(label)
    return [
        (liked, disliked)
        for same in by_prompt.values()
        for liked, disliked in product(same, same)
        if liked.desirable and not disliked.desirable
    ]


def _together(sources: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(id_ for ids in sources for id_ in ids))


def _messages(prompt: Prompt) -> list[dict[str, str]]:
    return [message.model_dump() for message in prompt]


def _reply(text: str) -> list[dict[str, str]]:
    return [{"role": "assistant", "content": text}]
