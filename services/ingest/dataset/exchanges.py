"""Messages -> sessions -> bursts -> exchanges: what was said to the owner, and the burst that answered it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain

from services.ingest.repository.consented import ReadMessage

#: Kinds of chat in which people talk with the owner. Bots, channels and notes to oneself are no dialogue.
DIALOGUES = frozenset({"personal_chat", "private_group", "private_supergroup", "public_supergroup"})


@dataclass(frozen=True, slots=True)
class Exchange:
    """``said`` by contacts, at least one message; ``reply`` is one burst of the owner. All with text, oldest first.

    ``session`` numbers the sessions of a chat: exchanges of different sessions have nothing to do with each other.
    """

    session: int
    said: tuple[ReadMessage, ...]
    reply: tuple[ReadMessage, ...]

    @property
    def topic(self) -> int | None:
        return self.reply[0].topic

    @property
    def messages(self) -> tuple[ReadMessage, ...]:
        return self.said + self.reply


@dataclass
class Tally:
    """What was left out, in messages, by reason. ``withheld`` are messages left out for want of consent."""

    left_out: Counter[str] = field(default_factory=Counter)
    withheld: int = 0


def sessions(messages: Iterable[ReadMessage], gap: timedelta) -> Iterator[list[ReadMessage]]:
    """Runs of messages without a silence longer than ``gap`` between two of them."""
    run: list[ReadMessage] = []
    last: datetime | None = None
    for message in messages:
        if last is not None and message.at - last > gap:
            yield run
            run = []
        run.append(message)
        last = message.at
    if run:
        yield run


def by_topic(messages: Iterable[ReadMessage]) -> Iterator[list[ReadMessage]]:
    """The messages of each topic of a chat, those without one first; most chats have none."""
    found: dict[int | None, list[ReadMessage]] = {None: []}
    for message in messages:
        found.setdefault(message.topic, []).append(message)
    yield from found.values()


def find_exchanges(messages: Iterable[ReadMessage], owner: int, gap: timedelta, tally: Tally) -> Iterator[Exchange]:
    """The exchanges of one chat, oldest first in each of its topics, one topic after the other.

    An exchange is left out when the message that it answers is withheld or has no text; the others' words in it are
    left out one by one.

    Args:
        messages: of one chat, oldest first.
    """
    for number, session in enumerate(chain.from_iterable(sessions(topic, gap) for topic in by_topic(messages))):
        for said, reply in _turns(session, owner):
            words, voice = _usable(said, tally), _usable(reply, tally)
            if not voice:
                continue
            if problem := _problem(said, words, voice):
                tally.left_out[problem] += len(voice)
                continue
            yield Exchange(number, words, voice)


def _turns(session: list[ReadMessage], owner: int) -> Iterator[tuple[list[ReadMessage], list[ReadMessage]]]:
    """Contacts' consecutive messages with the owner's burst that follows; the end of a session may lack a burst."""
    said: list[ReadMessage] = []
    reply: list[ReadMessage] = []
    for message in session:
        if message.sender != owner and reply:
            yield said, reply
            said, reply = [], []
        (reply if message.sender == owner else said).append(message)
    yield said, reply


def _usable(messages: list[ReadMessage], tally: Tally) -> tuple[ReadMessage, ...]:
    """Those with text of the sender's own that may be used; the others are counted."""
    kept = []
    for message in messages:
        if message.withheld == "consent":
            tally.withheld += 1
        elif problem := message.withheld or _unusable(message):
            tally.left_out[problem] += 1
        else:
            kept.append(message)
    return tuple(kept)


def _unusable(message: ReadMessage) -> str | None:
    if message.forwarded:
        return "forwarded"
    if message.via_bot:
        return "via_bot"
    return None if message.text.strip() else "media_only"


def _problem(said: list[ReadMessage], words: tuple[ReadMessage, ...], voice: tuple[ReadMessage, ...]) -> str | None:
    """Why the owner's burst answers nothing that may be shown."""
    if not said:
        return "opening"
    if _answered(said, voice).withheld:
        return "answers_withheld"
    return None if words else "answers_media"


def _answered(said: list[ReadMessage], voice: tuple[ReadMessage, ...]) -> ReadMessage:
    """The message that the burst replies to by name, else the last one before it."""
    target = voice[0].reply_to
    return next((message for message in said if message.id == target), said[-1])
