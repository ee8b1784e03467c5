"""Messages made up for tests of how conversations hang together."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from services.ingest.dataset.exchanges import Exchange, Tally, find_exchanges
from services.ingest.repository.consented import ReadMessage

OWNER, MIRA, OMAR = 1, 2, 3
BEGAN = datetime(2024, 3, 2, 18, tzinfo=UTC)
HOUR = timedelta(hours=1)


def said(number: int, sender: int, text: str, minutes: float | None = None, **more: object) -> ReadMessage:
    at = BEGAN + timedelta(minutes=number if minutes is None else minutes)
    fields = {"reply_to": None, "topic": None, "forwarded": False, "via_bot": False, "media": None} | more
    return ReadMessage(number, at, sender, text, **fields)  # type: ignore[arg-type]


def exchanges(*messages: ReadMessage, tally: Tally | None = None, gap: timedelta | None = HOUR) -> list[Exchange]:
    return list(find_exchanges(messages, OWNER, gap, tally or Tally()))


def silent(*seconds: float) -> list[ReadMessage]:
    """Messages of two in turn with these silences between them."""
    at, found = 0.0, [said(0, MIRA, "first", minutes=0)]
    for number, pause in enumerate(seconds, 1):
        at += pause
        found.append(said(number, OWNER if number % 2 else MIRA, f"word {number}", minutes=at / 60))
    return found


#: What people talk about; each conversation has words of its own.
SUBJECTS = (
    "kitchen dinner recipe butter onion garlic pepper tomato",
    "engine bicycle wheel brake garage pedal chain repair",
    "concert guitar singer ticket drummer melody stage record",
)


def interleaved(rng: random.Random, count: int) -> tuple[list[ReadMessage], list[list[int]]]:
    """A group in which ``count`` conversations go on at once, and the numbers of the messages of each.

    The owner takes part in the first two; every other person in one. As in chats of many, a third of the messages names
    whom it is to or replies by name, and half take up a word of what their conversation is about.
    """
    lines = []
    for talk in range(count):
        people = [OWNER if talk < 2 else 10 * talk + 1, 10 * talk + 2, 10 * talk + 3]
        at, before = rng.uniform(0, 240), 0
        for _ in range(rng.randrange(8, 15)):
            speaker = rng.choice([one for one in people if one != before])
            lines.append((at, talk, speaker, before))
            at, before = at + rng.lognormvariate(3.6, 0.8), speaker
    messages: list[ReadMessage] = []
    truth: list[list[int]] = [[] for _ in range(count)]
    for number, (at, talk, speaker, before) in enumerate(sorted(lines)):
        words = rng.sample(SUBJECTS[talk].split(), 2) if rng.random() < 0.5 else ["and", "so"]
        how = rng.random()
        name = [f"user_{before:04x}"] if before and how < 0.2 else []
        last = truth[talk][-1] if truth[talk] and 0.2 <= how < 0.35 else None
        messages.append(said(number, speaker, " ".join([*name, *words]), minutes=at / 60, reply_to=last))
        truth[talk].append(number)
    return messages, truth


def one_to_one(truth: Sequence[Sequence[int]], found: Sequence[Sequence[int]]) -> float:
    """Elsner & Charniak's overlap: the share of messages that the best pairing of conversations has in common."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    shared = np.array([[len(set(a) & set(b)) for b in found] for a in truth])
    rows, columns = linear_sum_assignment(-shared)
    return float(shared[rows, columns].sum() / shared.sum())


def pairs_f1(truth: Sequence[Sequence[int]], found: Sequence[Sequence[int]]) -> float:
    """F1 over pairs of messages that belong together."""

    def pairs(talks: Sequence[Sequence[int]]) -> set[tuple[int, int]]:
        return {(a, b) for talk in talks for a in talk for b in talk if a < b}

    wanted, got = pairs(truth), pairs(found)
    return 2 * len(wanted & got) / (len(wanted) + len(got))
