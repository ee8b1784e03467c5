"""A reply's prompt, in the format that training used: system, then user and assistant in turn, message last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from shared.contracts.base import ChatMessage
from shared.contracts.retrieval import Hit
from shared.system_prompt import Register, Relation, fill, language_spoken


@dataclass(frozen=True)
class Recalled:
    """What a reply may build on, besides the message: typical and similar past exchanges, and the conversation so far,
    each list oldest (or least similar) first."""

    anchors: Sequence[Hit] = ()
    examples: Sequence[Hit] = ()
    turns: Sequence[ChatMessage] = ()


@dataclass(frozen=True)
class Prompt:
    """``examples``: how many past exchanges of the owner are in it."""

    messages: list[ChatMessage]
    examples: int = field(default=0)


Exchange = list[ChatMessage]


def system_prompt(template: str, relation: Relation, recalled: Recalled, message: str) -> str:
    """The persona's prompt in the register of this conversation, as training filled it in; one without places to fill,
    of an adapter that knows no other, as it is."""
    said = [turn.content for turn in recalled.turns if turn.role == "user"]
    return fill(template, Register(relation, language_spoken([*said, message])))


def build(system: str, recalled: Recalled, message: str, budget: int) -> Prompt:
    """The longest prompt of at most ``budget`` characters: the oldest exchanges are left out first, past ones of the
    owner before those of the conversation. The system prompt and the message always stay."""
    past = [_as_exchange(hit) for hit in _distinct([*recalled.anchors, *recalled.examples])]
    conversation = _exchanges(recalled.turns)
    room = budget - len(system) - len(message)
    kept = _newest_that_fit([*past, *conversation], room)
    examples = max(0, len(kept) - len(conversation))
    turns = [turn for exchange in kept for turn in exchange]
    merged = _alternating([*turns, ChatMessage(role="user", content=message)])
    return Prompt(([ChatMessage(role="system", content=system)] if system else []) + merged, examples)


def _as_exchange(hit: Hit) -> Exchange:
    return [ChatMessage(role="user", content=hit.context), ChatMessage(role="assistant", content=hit.reply)]


def _distinct(hits: Iterable[Hit]) -> list[Hit]:
    """Each exchange once; what the owner said unasked is no exchange."""
    return list({hit.id: hit for hit in hits if hit.context.strip()}.values())


def _exchanges(turns: Iterable[ChatMessage]) -> list[Exchange]:
    """Turns cut before each user turn that follows an answer; answers to nothing are left out."""
    cut: list[Exchange] = []
    for turn in _alternating(turns):
        if turn.role == "user":
            cut.append([turn])
        elif cut:
            cut[-1].append(turn)
    return cut


def _newest_that_fit(exchanges: list[Exchange], room: int) -> list[Exchange]:
    used, first = 0, len(exchanges)
    while first > 0 and (used := used + sum(len(turn.content) for turn in exchanges[first - 1])) <= room:
        first -= 1
    return exchanges[first:]


def _alternating(turns: Iterable[ChatMessage]) -> list[ChatMessage]:
    """Consecutive turns of one side joined into one, like the bubbles of a burst."""
    return [
        ChatMessage(role=role, content="\n".join(turn.content for turn in side))
        for role, side in groupby(turns, key=lambda turn: turn.role)
    ]
