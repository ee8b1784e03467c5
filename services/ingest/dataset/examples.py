"""Threads -> examples in the chat format: system, then user and assistant in turn, the owner's reply last."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.ingest.dataset.exchanges import Exchange, Tally
from services.ingest.dataset.lengths import Ruler
from services.ingest.dataset.tags import OPENING, heard, words_of
from services.ingest.repository.consented import ReadMessage
from shared.contracts.base import ChatMessage
from shared.contracts.ingest import Example
from shared.system_prompt import language_spoken

#: Tokens of a chat template around a turn, and of the system prompt.
AROUND, SYSTEM = 5, 40
#: Characters of each message by which the language of a thread is told.
TELLING = 100


@dataclass(frozen=True)
class Style:
    """How examples are written.

    Args:
        system_prompt: filled in for the reader and the language.
        prefixed: in groups, whose words they are stands before them.
        pseudonyms: person id -> pseudonym.
        clean: masks what messages say together that none of them says alone.
        written: the turns of one chat's exchanges, by the reply's first message, since each stands in many windows.
    """

    system_prompt: str
    prefixed: bool
    pseudonyms: Mapping[int, str]
    clean: Callable[[str], str]
    written: dict[int, tuple[ChatMessage, ChatMessage]] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Room:
    """How much an example holds: ``exchanges`` of context, ``tokens`` in all, as ``ruler`` counts them."""

    exchanges: int
    tokens: int
    ruler: Ruler


@dataclass(frozen=True, slots=True)
class Window:
    """An example before it is written out: context exchanges, and the one whose reply is learned.

    ``language`` is what its thread is spoken in.
    """

    chat: int
    thread: str
    context: tuple[Exchange, ...]
    exchange: Exchange
    language: str = "other"

    @property
    def id(self) -> str:
        return reply_id(self.chat, self.exchange)

    @property
    def reply(self) -> str:
        return join_bubbles(self.exchange.reply)

    @property
    def said(self) -> str:
        return "\n".join(map(heard, self.exchange.said))

    @property
    def messages(self) -> list[ReadMessage]:
        return [message for exchange in (*self.context, self.exchange) for message in exchange.messages]


def reply_id(chat: int, exchange: Exchange) -> str:
    """Names a burst of the owner, wherever it stands."""
    return f"{chat}-{exchange.reply[0].id}"


def windows(chat: int, thread: Sequence[Exchange], room: Room, tally: Tally) -> Iterator[Window]:
    """One window an answer; context is what came before in the same conversation, as much as there is room for.

    What was said comes without its oldest messages where it is too long with the reply; a reply that is too long by
    itself is left out. What opens a conversation is context only.
    """
    name = f"{chat}:{thread[0].reply[0].id}"
    language = language_spoken(message.text[:TELLING] for exchange in thread for message in exchange.said)
    before: defaultdict[tuple[int, int], deque[tuple[Exchange, int]]] = defaultdict(
        lambda: deque(maxlen=room.exchanges)
    )
    for exchange, lengths in zip(thread, _lengths(thread, room.ruler), strict=True):
        fitting, length = _fitted(exchange, lengths, room.tokens - SYSTEM)
        context = before[exchange.session, exchange.conversation]
        if fitting is None:
            tally.left_out["too_long"] += len(exchange.reply)
            continue
        if fitting.said:
            yield Window(chat, name, _newest(context, room.tokens - SYSTEM - length), fitting, language)
        context.append((fitting, length))


def _lengths(thread: Sequence[Exchange], ruler: Ruler) -> Iterator[list[int]]:
    """Tokens of each message of each exchange."""
    found = iter(ruler.lengths([heard(m) for exchange in thread for m in exchange.messages]))
    return ([next(found) for _ in exchange.messages] for exchange in thread)


def _fitted(exchange: Exchange, lengths: list[int], most: int) -> tuple[Exchange | None, int]:
    """The exchange without what was said first, so that it has at most so many tokens; and how many it has."""
    said = len(exchange.said)
    total = sum(lengths) + 2 * AROUND
    skipped = 0
    while total > most and skipped < said - 1:
        total -= lengths[skipped]
        skipped += 1
    if total > most:
        return None, total
    return (replace(exchange, said=exchange.said[skipped:]) if skipped else exchange), total


def _newest(context: Sequence[tuple[Exchange, int]], room: int) -> tuple[Exchange, ...]:
    """The last exchanges that there is room for, in tokens."""
    found: list[Exchange] = []
    for exchange, length in reversed(context):
        room -= length
        if room < 0:
            break
        found.append(exchange)
    return tuple(found[::-1])


def write_example(window: Window, style: Style) -> Example:
    """The window in the chat format, with its lineage."""
    turns = [ChatMessage(role="system", content=style.system_prompt)]
    exchanges = (*window.context, window.exchange)
    for exchange in exchanges:
        turns += turns_of(exchange, style)
    messages = window.messages
    return Example(
        id=window.id,
        thread=window.thread,
        messages=turns,
        replies=[reply_id(window.chat, exchange) for exchange in exchanges],
        message_ids=[f"{window.chat}:{message.id}" for message in messages],
        people=sorted({style.pseudonyms[message.sender] for message in messages}),
    )


def turns_of(exchange: Exchange, style: Style) -> tuple[ChatMessage, ChatMessage]:
    """What was said, and the reply."""
    key = exchange.reply[0].id
    if key not in style.written:
        said = ChatMessage(role="user", content=said_text(exchange, style))
        style.written[key] = said, ChatMessage(role="assistant", content=reply_text(exchange.reply, style))
    return style.written[key]


def said_text(exchange: Exchange, style: Style) -> str:
    """Contacts' words as one user turn: a burst a sender, in groups behind their pseudonym.

    Where a message was removed, a burst ends; without pseudonyms an empty line tells.
    """
    if not exchange.said:
        return OPENING
    parts, last = list[str](), None
    for message in exchange.said:
        cut = message.id in exchange.cuts
        begins = style.prefixed and (cut or message.sender != last)
        prefix = f"{style.pseudonyms[message.sender]}: " if begins else ""
        gap = "\n" if cut and not style.prefixed else ""
        parts.append(gap + prefix + heard(message))
        last = message.sender
    return style.clean("\n".join(parts))


def reply_text(reply: Sequence[ReadMessage], style: Style) -> str:
    """The owner's burst as one turn."""
    return style.clean(join_bubbles(reply))


def join_bubbles(messages: Sequence[ReadMessage]) -> str:
    return "\n".join(map(words_of, messages))
