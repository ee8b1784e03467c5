"""Histories -> examples and conversations to learn from, by ingest's and the trainer's own functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from benchmarks.fidelity import peer
from benchmarks.fidelity.personas import Chat, History
from benchmarks.fidelity.variants import Variant
from services.ingest.dataset.addressing import naming
from services.ingest.dataset.examples import Room, Style, Window, windows, write_example
from services.ingest.dataset.exchanges import Exchange, Tally, find_exchanges
from services.ingest.dataset.lengths import ruler
from services.ingest.dataset.threads import threads
from services.trainer.prompts import MESSAGE_CHARACTERS, typical_exchanges
from services.trainer.tokens import measured_by
from services.trainer.training_rows import Measure, Row, training_rows
from shared.contracts.base import ChatMessage
from shared.contracts.ingest import Example
from shared.system_prompt import USUAL, Register, Relation, fill, template_for


@dataclass(frozen=True)
class Lesson:
    """What a variant learns from, and what it is shown before it answers."""

    rows: Sequence[Row]
    opening: tuple[ChatMessage, ...]


def measure(tokenizer: Any) -> Measure:
    """Tokens of a conversation in a chat format whose turns do not touch each other; each turn is counted once."""

    @cache
    def turn(role: str, content: str) -> int:
        return whole([ChatMessage(role="system", content=""), ChatMessage(role=role, content=content)]) - nothing

    whole = measured_by(tokenizer)
    nothing = whole([ChatMessage(role="system", content="")])
    return lambda messages: sum(turn(message.role, message.content) for message in messages)


def lesson(variant: Variant, history: History, length: Measure) -> Lesson:
    limit = variant.training.sequence_length
    if variant.pairing == "peer":
        rows = [row for row in peer.conversations(history) if length(row.messages) <= limit]
        return Lesson(rows, ())
    examples = examples_of(history, variant)
    opening = exchanges_shown(examples, variant.anchors)
    if not variant.anchors_learned:
        return Lesson(training_rows(examples, length, limit), opening)
    rows = training_rows(examples, length, limit - length(opening))
    return Lesson([_opened(row, opening) for row in rows], opening)


def exchanges_shown(examples: Sequence[Example], count: int) -> tuple[ChatMessage, ...]:
    """The last exchanges of typical examples, as turns of a conversation; of what is answered, the end."""
    shown = typical_exchanges(examples, count) if count else []
    return tuple(turn for example in shown for turn in (_ending(example.messages[-2]), example.messages[-1]))


def _ending(turn: ChatMessage) -> ChatMessage:
    return ChatMessage(role=turn.role, content=turn.content[-MESSAGE_CHARACTERS:])


def examples_of(history: History, variant: Variant) -> list[Example]:
    """One example a reply, in the order of the chats."""
    return [example for chat in history.chats for example in _of_chat(history, chat, variant)]


def system_prompt(history: History, variant: Variant, own: str) -> str:
    """What a variant is served with where an example of the project's has its ``own``."""
    if variant.pairing == "peer":
        return peer.PROMPT
    return own if variant.register else fill(template_for(history.first_name), USUAL)


def _of_chat(history: History, chat: Chat, variant: Variant) -> Iterator[Example]:
    group = chat.type != "personal_chat"
    clean = str  # messages are clean, and what they say together is the same for every variant
    plain = Style("", group, history.pseudonyms, clean)
    for window in _windows(history, chat, variant):
        register = Register(Relation.GROUP if group else Relation.FRIEND, window.language)
        own = fill(template_for(history.first_name), register)
        yield write_example(window, replace(plain, system_prompt=system_prompt(history, variant, own)))


def _windows(history: History, chat: Chat, variant: Variant) -> Iterator[Window]:
    people = {pseudonym: person for person, pseudonym in history.pseudonyms.items()}
    named = None if chat.type == "personal_chat" else naming(people, history.owner, history.first_name)
    exchanges = find_exchanges(chat.messages, history.owner, None, Tally(), named)
    room = Room(variant.window, variant.room, ruler(None))
    for thread in threads(exchanges if variant.bubbles else map(_joined, exchanges)):
        yield from windows(chat.id, thread, room, Tally())


def _joined(exchange: Exchange) -> Exchange:
    whole = " ".join(message.text for message in exchange.reply)
    return replace(exchange, reply=(replace(exchange.reply[0], text=whole),))


def _opened(row: Row, opening: tuple[ChatMessage, ...]) -> Row:
    system, *turns = row.messages
    return Row((system, *opening, *turns), (False,) * (len(opening) + 1) + row.trained[1:])
