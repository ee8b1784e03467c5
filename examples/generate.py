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
#: Half of them hold something private, so that a text in twenty does.
ASIDES = (
    "call +31 6 1234 5678",
    "see https://example.org/a",
    "mail me@example.org",
    "it was 3,50 on 2024-05-01",
    "мой пароль: Tr4mp-oline9",
    "IBAN NL91 ABNA 0417 1643 00",
    "ich wohne in der Lindenstraße 12, 10969 Berlin",
    "at half past 8",
    "😀",
    "🎉",
)
REACTIONS = ("👍", "❤", "😂")


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
        message = {
            "id": number,
            "type": "message",
            "date": f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S}",
            "date_unixtime": str(at),
            "from": sender[1],
            "from_id": f"user{sender[0]}",
        }
        yield message | beside(number, at, rng) | {"text": text, "text_entities": [{"type": "plain", "text": text}]}


def beside(number: int, at: int, rng: random.Random) -> dict[str, Any]:
    """What some messages have beside their text."""
    chance, found = rng.random(), dict[str, Any]()
    if chance < 0.02:
        found |= {
            "edited": f"{datetime.fromtimestamp(at + 60, UTC):%Y-%m-%dT%H:%M:%S}",
            "edited_unixtime": str(at + 60),
        }
    elif chance < 0.12 and number > 1:
        found |= {"reply_to_message_id": rng.randrange(max(1, number - 9), number)}
    elif chance < 0.15:
        found |= {"media_type": "voice_message", "file": f"voice_messages/audio_{number}.ogg", "duration_seconds": 7}
    elif chance < 0.17:
        found |= {"reactions": [{"type": "emoji", "count": 1, "emoji": rng.choice(REACTIONS)}]}
    return found


def write_export(out: TextIO, count: int, chats: int, seed: int) -> None:
    """An account's export, laid out as Telegram Desktop does: a line a field, one space a level. With a larger count
    and the same seed, every chat goes on where it ended."""
    info = {"user_id": OWNER[0], "first_name": OWNER[1], "last_name": OWNER[2], "username": "@robin_falk"}
    out.write(f'{{\n "about": "Generated.",\n "personal_information": {json.dumps(info)},\n "chats": {{\n  "list": [')
    for number in range(chats):
        rng = random.Random(f"{seed}-{number}")  # noqa: S311 - reproducible, not secret
        share = count // chats + (number < count % chats)
        contact = (2000000 + number, f"{FIRST[number % len(FIRST)]} {LAST[number * 5 % len(LAST)]}")
        head = {"name": contact[1], "type": "personal_chat", "id": contact[0]}
        out.write(("," if number else "") + f'\n   {json.dumps(head, ensure_ascii=False)[:-1]},\n    "messages": [')
        people = [contact, (OWNER[0], f"{OWNER[1]} {OWNER[2]}")]
        for position, message in enumerate(messages(share, people, rng)):
            lines = json.dumps(message, ensure_ascii=False, indent=1).replace("\n", "\n     ")
            out.write(("," if position else "") + "\n     " + lines)
        out.write("\n    ]\n   }")
    out.write("\n  ]\n }\n}\n")


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
