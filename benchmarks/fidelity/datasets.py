"""Histories -> examples and conversations to learn from, by ingest's and the trainer's own functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any

from benchmarks.fidelity import peer
from benchmarks.fidelity.personas import Chat, History
from benchmarks.fidelity.variants import Variant
from services.ingest.dataset.examples import Style, Window, windows, write_example
from services.ingest.dataset.exchanges import Exchange, Tally, find_exchanges
from services.ingest.dataset.languages import language_of_all
from services.ingest.dataset.threads import threads
from services.trainer.prompts import MESSAGE_CHARACTERS, typical_exchanges
from services.trainer.tokens import measured_by
from services.trainer.training_rows import Measure, Row, training_rows
from shared.contracts.base import ChatMessage
from shared.contracts.ingest import DatasetRequest, Example

LANGUAGES = {"en": "English", "ru": "Russian"}


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
    clean = str  # messages are clean, and what they say together is the same for every variant
    found = []
    for chat in history.chats:
        prompt = _prompt(history, chat, variant)
        style = Style(prompt, variant.window, chat.type != "personal_chat", history.pseudonyms, clean)
        found += [write_example(window, style) for window in _windows(history, chat, variant)]
    return found


def system_prompt(history: History, variant: Variant) -> str:
    """What a variant is served with where nothing is known of the chat."""
    return peer.PROMPT if variant.pairing == "peer" else _plain(history.first_name)


def _windows(history: History, chat: Chat, variant: Variant) -> Iterator[Window]:
    gap = timedelta(seconds=DatasetRequest(persona="any").session_gap_s)
    exchanges = find_exchanges(chat.messages, history.owner, gap, Tally())
    for thread in threads(exchanges if variant.bubbles else map(_joined, exchanges)):
        yield from windows(chat.id, thread, variant.window, emoji_only=True)


def _joined(exchange: Exchange) -> Exchange:
    whole = " ".join(message.text for message in exchange.reply)
    return replace(exchange, reply=(replace(exchange.reply[0], text=whole),))


def _opened(row: Row, opening: tuple[ChatMessage, ...]) -> Row:
    system, *turns = row.messages
    return Row((system, *opening, *turns), (False,) * (len(opening) + 1) + row.trained[1:])


def _plain(name: str) -> str:
    return f"You are {name}, chatting with friends on Telegram. Reply as {name} would."


def _prompt(history: History, chat: Chat, variant: Variant) -> str:
    if not variant.register:
        return _plain(history.first_name)
    name = history.first_name
    own = [message.text for message in chat.messages if message.sender == history.owner]
    language = LANGUAGES.get(language_of_all(own), "their language")
    where = "one person" if chat.type == "personal_chat" else "a group"
    return f"You are {name}, chatting with {where} on Telegram, in {language}. Reply as {name} would."
