"""Writes an export of any size, as Telegram Desktop would: ``python examples/generate.py FILE --messages 200000``.

Streams, so that the file may be larger than memory. The text is random words of a small vocabulary with names, numbers
and links between them: made to weigh a machine down, not to learn from.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

OWNER = (1000001, "Robin", "Falk")
FIRST = ("Ada", "Boris", "Chloe", "Dmitri", "Elif", "Farid", "Greta", "Hugo", "Ivana", "Jorge", "Катя", "Лев")
LAST = ("Nowak", "Okoye", "Petrov", "Quinn", "Ruiz", "Saar", "Tanaka", "Usman", "Vidal", "Weiss", "Орлова", "Зимин")
VOCABULARY = """
the boat was late and nobody minded because bread came first we met at noon near old bridge then rain began again so
everyone ran home with wet shoes but happy about tea stories cake music wind river lamp green door yes no maybe later
сегодня снова дождь и мы идём домой потом чай книга кот окно река мост да нет может завтра утром
"""
ASIDES = (
    "call +31 6 1234 5678",
    "see https://example.org/a",
    "mail me@example.org",
    "it was 3,50 on 2024-05-01",
    "😀",
    "🎉",
)


def messages(count: int, people: list[tuple[int, str]], rng: random.Random) -> Iterator[dict[str, Any]]:
    """One chat: bursts of one sender, every few hours a silence."""
    words = VOCABULARY.split()
    at, sender = 1_600_000_000 + rng.randrange(10_000_000), people[0]
    for number in range(1, count + 1):
        at += rng.choice((4, 15, 60, 300)) if rng.random() > 0.04 else rng.randrange(30_000, 200_000)
        sender = sender if rng.random() < 0.35 else rng.choice(people)
        text = " ".join(rng.choices(words, k=rng.randrange(1, 24)))
        if rng.random() < 0.1:
            text += " " + rng.choice(ASIDES)
        if rng.random() < 0.05:
            text += f" {rng.choice(FIRST)}"
        yield {
            "id": number,
            "type": "message",
            "date": f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S}",
            "date_unixtime": str(at),
            "from": sender[1],
            "from_id": f"user{sender[0]}",
            "text": text,
            "text_entities": [{"type": "plain", "text": text}],
        }


def write_export(out: TextIO, count: int, chats: int, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - reproducible, not secret
    info = {"user_id": OWNER[0], "first_name": OWNER[1], "last_name": OWNER[2], "username": "@robin_falk"}
    out.write(f'{{"about": "Generated.", "personal_information": {json.dumps(info)}, "chats": {{"about": "", "list": [')
    for number in range(chats):
        share = count // chats + (number < count % chats)
        contact = (2000000 + number, f"{FIRST[number % len(FIRST)]} {LAST[number * 5 % len(LAST)]}")
        head = {"name": contact[1], "type": "personal_chat", "id": contact[0]}
        out.write(("," if number else "") + json.dumps(head, ensure_ascii=False)[:-1] + ', "messages": [')
        people = [contact, (OWNER[0], f"{OWNER[1]} {OWNER[2]}")]
        for position, message in enumerate(messages(share, people, rng)):
            out.write((",\n" if position else "\n") + json.dumps(message, ensure_ascii=False))
        out.write("]}")
    out.write("]}}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--chats", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with arguments.file.open("w", encoding="utf-8") as out:
        write_export(out, arguments.messages, arguments.chats, arguments.seed)
    print(f"{arguments.file}: {arguments.messages:,} messages, {arguments.file.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
