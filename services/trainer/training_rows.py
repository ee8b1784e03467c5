"""From overlapping examples to conversations to train on: each reply of the owner once, with what was said before it.

A dataset has one example a reply, and each carries the exchanges before it; neighbours share nearly all of their text.
One conversation whose replies all carry loss teaches the same for a fraction of the compute.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from shared.contracts.base import ChatMessage
from shared.contracts.ingest import Example

#: Length of a conversation in tokens.
Measure = Callable[[Sequence[ChatMessage]], int]


@dataclass(frozen=True)
class Row:
    """A conversation; ``trained`` says for each message whether its tokens carry loss."""

    messages: tuple[ChatMessage, ...]
    trained: tuple[bool, ...]

    def as_json(self) -> dict[str, Any]:
        return {"messages": [{**m.model_dump(), "train": t} for m, t in zip(self.messages, self.trained, strict=True)]}


def training_rows(examples: Iterable[Example], length: Measure, limit: int) -> list[Row]:
    """Conversations of at most ``limit`` tokens that cover the replies of ``examples``, each reply once.

    Only what is itself a reply of an example carries loss: what was kept out of the split stays unlearned, also
    where it is the context of something else. A reply that does not fit with what it answers is left out.
    """
    threads: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        threads[example.thread].append(example)
    return [row for thread in threads.values() for row in _cover(thread, length, limit)]


def _cover(thread: list[Example], length: Measure, limit: int) -> list[Row]:
    """Walk a thread from its end: take an example, and skip those whose replies it holds already."""
    replies = {_turns(example)[-1] for example in thread}
    rows: list[Row] = []
    covered: set[str] = set()
    for example in reversed(thread):
        turns = _turns(example)
        if turns[-1] in covered:
            continue
        messages = shortened(example.messages, length, limit)
        if messages is None:
            continue
        said = sum(m.role == "assistant" for m in messages)
        names = iter(turns[len(turns) - said :])
        spoken = [next(names) if m.role == "assistant" else None for m in messages]
        fresh = [name in replies and name not in covered for name in spoken]
        covered.update(name for name, trained in zip(spoken, fresh, strict=True) if name is not None and trained)
        rows.append(Row(messages, tuple(fresh)))
    return rows[::-1]


def _turns(example: Example) -> list[str]:
    """Names of the owner's turns in an example: their ids, and in datasets that do not tell them their words."""
    return example.replies or [m.content for m in example.messages if m.role == "assistant"]


def shortened(messages: Sequence[ChatMessage], length: Measure, limit: int) -> tuple[ChatMessage, ...] | None:
    """The conversation without its oldest messages, so that it fits and still begins with somebody else's message;
    none where not even the last exchange fits."""
    system = [m for m in messages[:1] if m.role == "system"]
    turns = list(messages[len(system) :])
    while len(turns) >= 2:
        if turns[0].role == "user" and length([*system, *turns]) <= limit:
            return (*system, *turns)
        turns = turns[1:]
    return None
