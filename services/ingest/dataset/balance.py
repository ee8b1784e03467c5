"""Which answers are learned: no chat drowns the others, and "ok" does not drown everything else.

What is left out here stays where it is the context of another answer. Choices follow from hashes of ids, so that they
hardly change when messages are added.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from services.ingest.dataset.exchanges import Tally
from services.ingest.dataset.facts import Facts

#: A reply that says little has been given at least so often.
OFTEN = 3
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


def balanced(found: Sequence[Facts], balance: Balance, tally: Tally) -> list[Facts]:
    """The answers that are to be learned, in their order; the others are counted in messages."""
    for why, choose in (("emoji_only", _without_emoji), ("brief", _without_brief), ("chat_limit", _of_each_chat)):
        kept = choose(found, balance)
        if len(kept) < len(found):
            left = {id(facts) for facts in kept}
            tally.left_out[why] += sum(facts.bubbles for facts in found if id(facts) not in left)
        found = kept
    return list(found)


def _without_emoji(found: Sequence[Facts], balance: Balance) -> Sequence[Facts]:
    with_words = [facts for facts in found if not facts.wordless]
    wordless = len(found) - len(with_words)
    habit = wordless >= max(TWICE, HABIT * len(found))
    return found if balance.emoji_only and habit else with_words


def _without_brief(found: Sequence[Facts], balance: Balance) -> Sequence[Facts]:
    often = Counter(facts.gist for facts in found)
    brief = [facts for facts in found if facts.gist is not None and often[facts.gist] >= OFTEN]
    others = len(found) - len(brief)
    room = int(others * balance.brief / (1 - balance.brief)) if balance.brief < 1 else len(brief)
    if len(brief) <= room:
        return found
    left = {id(facts) for facts in sorted(brief, key=lambda facts: _rank(facts.id))[room:]}
    return [facts for facts in found if id(facts) not in left]


def _of_each_chat(found: Sequence[Facts], balance: Balance) -> Sequence[Facts]:
    """Whole threads, from all over the chat."""
    sizes = Counter(facts.chat for facts in found)
    if max(sizes.values(), default=0) <= balance.most:
        return found
    chats: dict[int, list[Facts]] = defaultdict(list)
    for facts in found:
        chats[facts.chat].append(facts)
    kept = {id(facts) for its in chats.values() for facts in sorted(its, key=_rank_of_thread)[: balance.most]}
    return [facts for facts in found if id(facts) in kept]


def _rank_of_thread(facts: Facts) -> bytes:
    return _rank(f"{facts.chat}:{facts.thread}")


def _rank(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()
