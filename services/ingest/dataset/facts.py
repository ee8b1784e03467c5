"""What is kept in mind of every example once it is written: enough to split, to compare and to count it."""

from __future__ import annotations

import re
from typing import NamedTuple

from services.ingest.dataset.duplicates import comparable
from services.ingest.dataset.examples import Window
from services.ingest.dataset.languages import language_of

TOKEN = re.compile(r"\w+|[^\w\s]")
#: Pictures with what belongs to them: skin, the joiner of families, the two letters of a flag.
EMOJI = re.compile(
    r"(?:[\U0001F1E6-\U0001F1FF]{2}|[\U0001F300-\U0001FAFF\u2600-\u27BF\u2B50\u2B55](?:[\uFE0F\U0001F3FB-\U0001F3FF]|"
    r"\u200D[\U0001F300-\U0001FAFF\u2600-\u27BF]\uFE0F?)*)"
)


class Facts(NamedTuple):
    """An example without its words, but for ``text``, which must not recur on another side.

    Attributes:
        thread: place among the threads of its chat.
        hour: of the reply, in UTC.
        former: the side that the reply was on before.
    """

    id: str
    thread: int
    text: str
    words: int
    characters: int
    tokens: int
    bubbles: int
    language: str
    hour: int
    month: str
    emoji: tuple[str, ...]
    former: str | None = None


def facts_of(window: Window, thread: int, former: str | None = None) -> Facts:
    reply, first = window.reply, window.exchange.reply[0]
    return Facts(
        id=window.id,
        thread=thread,
        text=comparable(window.said, reply),
        words=len(reply.split()),
        characters=len(reply),
        tokens=len(TOKEN.findall(reply)),
        bubbles=len(window.exchange.reply),
        language=language_of(reply),
        hour=first.at.hour,
        month=f"{first.at.year}-{first.at.month:02}",
        emoji=() if reply.isascii() else tuple(EMOJI.findall(reply)),
        former=former,
    )
