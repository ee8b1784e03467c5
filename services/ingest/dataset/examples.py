"""Threads -> examples in the chat format: system, then user and assistant in turn, the owner's reply last."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from services.ingest.dataset.exchanges import Exchange
from services.ingest.repository.consented import ReadMessage
from shared.contracts.base import ChatMessage
from shared.contracts.ingest import Example

WORDS = re.compile(r"\w")


@dataclass(frozen=True)
class Style:
    """How examples are written.

    Args:
        window: exchanges of context before the one that is learned.
        prefixed: in groups, whose words they are stands before them.
        pseudonyms: person id -> pseudonym.
        clean: masks what messages say together that none of them says alone.
        written: the turns of one chat's exchanges, by the reply's first message, since each stands in many windows.
    """

    system_prompt: str
    window: int
    prefixed: bool
    pseudonyms: Mapping[int, str]
    clean: Callable[[str], str]
    written: dict[int, tuple[ChatMessage, ChatMessage]] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Window:
    """An example before it is written out: context exchanges, and the one whose reply is learned."""

    chat: int
    thread: str
    context: tuple[Exchange, ...]
    exchange: Exchange

    @property
    def id(self) -> str:
        return f"{self.chat}-{self.exchange.reply[0].id}"

    @property
    def reply(self) -> str:
        return join_bubbles(self.exchange.reply)

    @property
    def said(self) -> str:
        return join_bubbles(self.exchange.said)

    @property
    def messages(self) -> list[ReadMessage]:
        return [message for exchange in (*self.context, self.exchange) for message in exchange.messages]


def windows(chat: int, thread: Sequence[Exchange], size: int, *, emoji_only: bool) -> Iterator[Window]:
    """One window an exchange; context is what came before in the same session, ``size`` exchanges at most."""
    name = f"{chat}:{thread[0].reply[0].id}"
    for position, exchange in enumerate(thread):
        if not emoji_only and not WORDS.search(join_bubbles(exchange.reply)):
            continue
        context = tuple(e for e in thread[max(0, position - size) : position] if e.session == exchange.session)
        yield Window(chat, name, context, exchange)


def write_example(window: Window, style: Style) -> Example:
    """The window in the chat format, with its lineage."""
    turns = [ChatMessage(role="system", content=style.system_prompt)]
    for exchange in (*window.context, window.exchange):
        turns += turns_of(exchange, style)
    messages = window.messages
    return Example(
        id=window.id,
        thread=window.thread,
        messages=turns,
        message_ids=[f"{window.chat}:{message.id}" for message in messages],
        people=sorted({style.pseudonyms[message.sender] for message in messages}),
    )


def turns_of(exchange: Exchange, style: Style) -> tuple[ChatMessage, ChatMessage]:
    """What was said, and the reply."""
    key = exchange.reply[0].id
    if key not in style.written:
        said = ChatMessage(role="user", content=said_text(exchange.said, style))
        style.written[key] = said, ChatMessage(role="assistant", content=reply_text(exchange.reply, style))
    return style.written[key]


def said_text(said: Sequence[ReadMessage], style: Style) -> str:
    """Contacts' words as one user turn: a burst a sender, in groups behind their pseudonym."""
    parts = []
    for sender, burst in groupby(said, key=lambda message: message.sender):
        prefix = f"{style.pseudonyms[sender]}: " if style.prefixed else ""
        parts.append(prefix + join_bubbles(tuple(burst)))
    return style.clean("\n".join(parts))


def reply_text(reply: Sequence[ReadMessage], style: Style) -> str:
    """The owner's burst as one turn."""
    return style.clean(join_bubbles(reply))


def join_bubbles(messages: Sequence[ReadMessage]) -> str:
    return "\n".join(message.text for message in messages)
