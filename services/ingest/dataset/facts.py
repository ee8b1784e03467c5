"""What is kept in mind of every example once it is written: enough to split, to compare and to count it."""

from __future__ import annotations

import re
from typing import NamedTuple

from services.ingest.dataset.duplicates import comparable
from services.ingest.dataset.examples import Window
from shared.languages import language_of

WORD = re.compile(r"\w+")
#: A reply that says little has at most so many words, and so many characters; no two words are longer.
FEW, LONGEST = 2, 40
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
        gist: what a short reply comes down to; none for a longer one.
        wordless: whether the reply has no word.
        register: relation and language, as the system prompt has them.
        former: the side that the reply was on before.
    """

    id: str
    chat: int
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
    gist: str | None
    wordless: bool
    register: str
    former: str | None = None


def facts_of(window: Window, thread: int, register: str, former: str | None = None) -> Facts:
    reply, first = window.reply, window.exchange.reply[0]
    return Facts(
        id=window.id,
        chat=window.chat,
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
        gist=_gist(reply),
        wordless=WORD.search(reply) is None,
        register=register,
        former=former,
    )


def _gist(reply: str) -> str | None:
    if len(reply) > LONGEST:
        return None
    words = WORD.findall(reply.casefold())
    return " ".join(words or reply.split()) if len(words) <= FEW else None
