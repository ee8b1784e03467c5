"""Who answers whom in a group: interleaved conversations come apart.

Each message is linked to the one that it answers or goes on from; what hangs together by links is a conversation. Where
Telegram tells (``reply_to``), that is the link. Else the best of the last messages is taken by a score of what research
on IRC found to tell most: how long ago and how many messages back, who has spoken in the conversation, who names whom,
who was just answered, and words in common. The features are those of Elsner & Charniak 2008 ("You Talking to Me? A
Corpus and Algorithm for Conversation Disentanglement"); that a message has one link to an earlier one, or to none, is
the form of Kummerfeld et al. 2019 ("A Large-Scale Corpus for Conversation Disentanglement"). Nothing is learned: the
weights are few, and each is the worth of one observation in bits. Links only point back, so that new messages never
change them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import log2

from services.ingest.dataset.addressing import Named
from services.ingest.repository.consented import ReadMessage

#: How many messages back an answer is looked for, unless it says itself what it answers.
REACH = 16
#: Seconds within which somebody who has just written goes on.
BURST = 30.0
#: A doubling of the time since, in minutes, and each message between, make a link less likely.
TIME, DISTANCE = 0.3, 0.3
#: One names the other; a third is named instead, unless both name the same, whom they then talk about.
NAMED, ELSEWHERE = 4.0, 3.0
#: The other had answered this speaker; the two are one speaker, who has been silent for longer than ``BURST``.
ANSWERED, SAME = 0.75, -2.0
#: A contact joins a conversation without having spoken in it; the owner, whose replies are learned, rather answers.
JOINS = 4.0
#: A word in common of at least five letters, by its beginning, and how many count.
WORD, STEM, MOST_WORDS = 2.0, 5, 2
#: A link that is worth less begins a conversation.
LEAST = -4.0

#: Characters of a message in which words in common are looked for.
READ = 200


@dataclass(slots=True)
class _Seen:
    message: ReadMessage
    seconds: float
    named: frozenset[int]
    stems: frozenset[str]
    answers: int | None = None
    talk: _Talk = field(default_factory=lambda: _Talk())


@dataclass(slots=True)
class _Talk:
    """A conversation so far."""

    messages: list[ReadMessage] = field(default_factory=list)
    speakers: set[int] = field(default_factory=set)


def conversations(session: Sequence[ReadMessage], owner: int, named: Named) -> list[list[ReadMessage]]:
    """The messages of one session, oldest first, by conversation; those by their first message."""
    found = {id(seen.talk): seen.talk for seen, _ in _linked(session, owner, named)}
    return [talk.messages for talk in found.values()]


def links(session: Sequence[ReadMessage], owner: int, named: Named) -> list[int | None]:
    """For each message of a session the number of the one that it is linked to, or none where it begins something."""
    return [link.message.id if link else None for _, link in _linked(session, owner, named)]


def _linked(session: Sequence[ReadMessage], owner: int, named: Named) -> Iterator[tuple[_Seen, _Seen | None]]:
    known: dict[int, _Seen] = {}
    recent: deque[_Seen] = deque(maxlen=REACH)
    for message in session:
        seen = _Seen(message, message.at.timestamp(), named(message.text) - {message.sender}, _stems(message.text))
        link = known.get(message.reply_to) if message.reply_to is not None else None
        link = link or _best(seen, recent, owner)
        if link is not None:
            seen.answers, seen.talk = link.message.sender, link.talk
        seen.talk.messages.append(message)
        seen.talk.speakers.add(message.sender)
        known[message.id] = seen
        recent.append(seen)
        yield seen, link


def _best(seen: _Seen, recent: deque[_Seen], owner: int) -> _Seen | None:
    if not recent:
        return None
    last = recent[-1]
    if seen.message.sender == owner and _after_withheld(recent, owner):
        return last
    goes_on = last.message.sender == seen.message.sender and seen.seconds - last.seconds <= BURST
    if goes_on and seen.named <= last.named:
        return last
    best, link = LEAST, None
    for distance, other in enumerate(reversed(recent)):
        worth = _worth(seen, other, owner) - DISTANCE * distance
        if worth > best:
            best, link = worth, other
    return link


def _after_withheld(recent: deque[_Seen], owner: int) -> bool:
    """Whether the last that others said is withheld: then that is what the owner answers, whatever else is likelier."""
    heard = next((other.message for other in reversed(recent) if other.message.sender != owner), None)
    return heard is not None and heard.withheld is not None


def _worth(seen: _Seen, other: _Seen, owner: int) -> float:
    """Of a link to another message, in bits, the messages between them aside."""
    sender, speaker = seen.message.sender, other.message.sender
    worth = -TIME * log2(1 + (seen.seconds - other.seconds) / 60)
    if sender != owner and sender not in other.talk.speakers:
        worth -= JOINS
    elsewhere = 0.0 if seen.named & other.named else -ELSEWHERE
    if seen.named:
        worth += NAMED if speaker in seen.named else elsewhere
    if sender == speaker:
        worth += SAME
    elif other.named:
        worth += NAMED if sender in other.named else elsewhere
    if other.answers == sender != speaker:
        worth += ANSWERED
    if seen.stems and other.stems:
        worth += WORD * min(MOST_WORDS, len(seen.stems & other.stems))
    return worth


def _stems(text: str) -> frozenset[str]:
    words = text[:READ].casefold().split()
    return frozenset(word[:STEM] for word in words if len(word) >= STEM)
