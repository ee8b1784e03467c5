"""Messages -> sessions -> conversations -> exchanges: what was said to the owner, and the burst that answered it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.ingest.dataset.addressing import Named
from services.ingest.dataset.linking import conversations
from services.ingest.dataset.silences import Silences
from services.ingest.repository.consented import ReadMessage

#: Kinds of chat in which people talk with the owner. Bots, channels and notes to oneself are no dialogue.
DIALOGUES = frozenset({"personal_chat", "private_group", "private_supergroup", "public_supergroup"})

#: A reply answers the last of what was said: with more before it, people talk among themselves.
MOST_SAID = 24


@dataclass(frozen=True, slots=True)
class Exchange:
    """``said`` by contacts; ``reply`` is one burst of the owner, at least one message. All oldest first.

    ``said`` is empty where the owner opens a conversation: that is no answer. A burst of contacts ends at the messages
    in ``cuts``, before which something was removed. Exchanges of different sessions, which are numbered in a chat, and
    of different conversations have nothing to do with each other.
    """

    session: int
    said: tuple[ReadMessage, ...]
    reply: tuple[ReadMessage, ...]
    conversation: int = 0
    cuts: frozenset[int] = frozenset()

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


def sessions(messages: Iterable[ReadMessage], gap: timedelta | None) -> Iterator[list[ReadMessage]]:
    """Runs of messages without a long silence between two of them, unless the later one replies into the run.

    Args:
        gap: a longer silence is long; none: what the silences so far tell.
    """
    silences, run, numbers = Silences(), list[ReadMessage](), set[int]()
    last: datetime | None = None
    for message in messages:
        if last is not None:
            silence = message.at - last
            if silence > (gap or silences.gap) and message.reply_to not in numbers:
                yield run
                run, numbers = [], set()
            silences.add(silence)
        run.append(message)
        numbers.add(message.id)
        last = message.at
    if run:
        yield run


def by_topic(messages: Iterable[ReadMessage]) -> Iterator[list[ReadMessage]]:
    """The messages of each topic of a chat, those without one first; most chats have none."""
    found: dict[int | None, list[ReadMessage]] = {None: []}
    for message in messages:
        found.setdefault(message.topic, []).append(message)
    yield from found.values()


def find_exchanges(
    messages: Iterable[ReadMessage], owner: int, gap: timedelta | None, tally: Tally, named: Named | None = None
) -> Iterator[Exchange]:
    """The exchanges of one chat, oldest first in each of its topics, one topic after the other.

    An exchange is left out when the message that it answers is withheld or was somebody else's; the others' words in
    it are left out one by one.

    Args:
        messages: of one chat, oldest first.
        named: for a group: whom a text names, by which its conversations come apart. None: there is only one at a time.
    """
    session = 0
    for topic in by_topic(messages):
        for run in sessions(topic, gap):
            yield from _of_session(session, run, owner, tally, named)
            session += 1


def _of_session(
    number: int, session: list[ReadMessage], owner: int, tally: Tally, named: Named | None
) -> list[Exchange]:
    talks = [session] if named is None else conversations(session, owner, named)
    found = [
        exchange for talk, messages in enumerate(talks) for exchange in _exchanges(number, talk, messages, owner, tally)
    ]
    return sorted(found, key=lambda exchange: (exchange.reply[0].at, exchange.reply[0].id)) if len(talks) > 1 else found


def _exchanges(
    session: int, conversation: int, messages: list[ReadMessage], owner: int, tally: Tally
) -> Iterator[Exchange]:
    for said, reply in _turns(messages, owner):
        (words, cuts), voice = _heard(said, tally), _spoken(reply, tally)
        if not voice:
            continue
        if said and (problem := _problem(said, words, voice)):
            tally.left_out[problem] += len(voice)
            continue
        if not said:
            tally.left_out["opening"] += len(voice)
        yield Exchange(session, words[-MOST_SAID:], voice, conversation, cuts)


def _turns(messages: list[ReadMessage], owner: int) -> Iterator[tuple[list[ReadMessage], list[ReadMessage]]]:
    """Contacts' consecutive messages with the owner's burst that follows; the end of a session may lack a burst."""
    said: list[ReadMessage] = []
    reply: list[ReadMessage] = []
    for message in messages:
        if message.sender != owner and reply:
            yield said, reply
            said, reply = [], []
        (reply if message.sender == owner else said).append(message)
    yield said, reply


def _heard(said: list[ReadMessage], tally: Tally) -> tuple[tuple[ReadMessage, ...], frozenset[int]]:
    """Contacts' messages that may be used, and before which of them something was removed; that is counted."""
    kept, cuts, cut = list[ReadMessage](), set[int](), False
    for message in said:
        problem = _removed(message)
        if problem is None and (message.media or message.text.strip()):
            if cut and kept:
                cuts.add(message.id)
            kept.append(message)
            cut = False
        else:
            _count(problem or "media_only", tally)
            cut = True
    return tuple(kept), frozenset(cuts)


def _spoken(reply: list[ReadMessage], tally: Tally) -> tuple[ReadMessage, ...]:
    """The owner's first bubbles in a row: what follows something that was removed is not theirs to join."""
    run, ended = list[ReadMessage](), False
    for message in reply:
        problem = _removed(message) or (None if message.text.strip() else "media_only")
        if problem:
            _count(problem, tally)
            ended = bool(run)
        elif ended:
            tally.left_out["after_removed"] += 1
        else:
            run.append(message)
    return tuple(run)


def _removed(message: ReadMessage) -> str | None:
    """Why a message is left out, whatever is in it."""
    if message.withheld:
        return message.withheld
    if message.forwarded:
        return "forwarded"
    return "via_bot" if message.via_bot else None


def _count(problem: str, tally: Tally) -> None:
    if problem == "consent":
        tally.withheld += 1
    else:
        tally.left_out[problem] += 1


def _problem(said: list[ReadMessage], words: tuple[ReadMessage, ...], voice: tuple[ReadMessage, ...]) -> str | None:
    """Why the owner's burst answers nothing that may be shown."""
    if _answered(said, voice).withheld:
        return "answers_withheld"
    return None if words else "answers_removed"


def _answered(said: list[ReadMessage], voice: tuple[ReadMessage, ...]) -> ReadMessage:
    """The message that the burst replies to by name, else the last one before it."""
    target = voice[0].reply_to
    return next((message for message in said if message.id == target), said[-1])
