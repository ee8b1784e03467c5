"""Which answers are learned: no chat drowns the others, and "ok" does not drown everything else.

What is left out here stays where it is the context of another answer. Choices follow from hashes of ids, so that they
hardly change when messages are added.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from services.ingest.dataset.examples import Window
from services.ingest.dataset.exchanges import Tally

WORD = re.compile(r"\w+")
#: A reply that says little has at most so many words, and has been given at least so often.
FEW, OFTEN = 2, 3
#: In characters; no two words are longer, and most replies need no further look.
LONGEST = 40
#: Replies without a word are a habit from this share of all on, and from so many on.
HABIT, TWICE = 0.005, 2


@dataclass(frozen=True)
class Balance:
    """
    Args:
        emoji_only: whether replies without a word may stay, where they are a habit.
        brief: the largest share of replies that say little.
        most: answers a chat.
    """

    emoji_only: bool
    brief: float
    most: int


def balanced(found: Sequence[Window], balance: Balance, tally: Tally) -> list[Window]:
    """The windows that are to be learned, in their order; the others are counted in messages."""
    for why, choose in (("emoji_only", _without_emoji), ("brief", _without_brief), ("chat_limit", _of_each_chat)):
        kept = choose(found, balance)
        if len(kept) < len(found):
            left = {id(window) for window in kept}
            tally.left_out[why] += sum(len(window.exchange.reply) for window in found if id(window) not in left)
        found = kept
    return list(found)


def _without_emoji(found: Sequence[Window], balance: Balance) -> Sequence[Window]:
    with_words = [window for window in found if WORD.search(window.reply)]
    wordless = len(found) - len(with_words)
    habit = wordless >= max(TWICE, HABIT * len(found))
    return found if balance.emoji_only and habit else with_words


def _without_brief(found: Sequence[Window], balance: Balance) -> Sequence[Window]:
    gists = [_gist(window.reply) for window in found]
    often = Counter(gists)
    brief = [w for w, gist in zip(found, gists, strict=True) if gist is not None and often[gist] >= OFTEN]
    others = len(found) - len(brief)
    room = int(others * balance.brief / (1 - balance.brief)) if balance.brief < 1 else len(brief)
    if len(brief) <= room:
        return found
    left = {id(window) for window in sorted(brief, key=lambda window: _rank(window.id))[room:]}
    return [window for window in found if id(window) not in left]


def _gist(reply: str) -> str | None:
    """What a short reply comes down to; none for a longer one."""
    if len(reply) > LONGEST:
        return None
    words = WORD.findall(reply.casefold())
    return " ".join(words or reply.split()) if len(words) <= FEW else None


def _of_each_chat(found: Sequence[Window], balance: Balance) -> Sequence[Window]:
    """Whole threads, from all over the chat."""
    sizes = Counter(window.chat for window in found)
    if max(sizes.values(), default=0) <= balance.most:
        return found
    chats: dict[int, list[Window]] = defaultdict(list)
    for window in found:
        chats[window.chat].append(window)
    kept = {id(w) for windows in chats.values() for w in sorted(windows, key=_rank_of_thread)[: balance.most]}
    return [window for window in found if id(window) in kept]


def _rank_of_thread(window: Window) -> bytes:
    return _rank(window.thread)


def _rank(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()
