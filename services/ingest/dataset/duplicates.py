"""Near-duplicates of held-out replies, found without comparing everything with everything, and without missing one.

Texts are sets of character 5-grams. By the prefix filter (Chaudhuri et al. 2006; Bayardo et al. 2007, "Scaling up all
pairs similarity search") two sets can only reach Jaccard t if they share one of the n - ceil(t n) + 1 grams of each
that come first in an order that both have: here, those that are rarest among the references.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable

GRAM = 5
THRESHOLD = 0.8
#: A shorter reply ("ok", "roger") is style and recurs by right; it counts together with what it answers.
LONG_ENOUGH = 5
WORD = re.compile(r"\w+")


def comparable(said: str, reply: str) -> str:
    """What of an exchange must not recur: the reply if it has five words, else the reply with what it answers."""
    words = WORD.findall(reply.casefold())
    return " ".join(words if len(words) >= LONG_ENOUGH else WORD.findall(f"{said} {reply}".casefold()))


class References:
    """Texts that nothing may come near.

    Args:
        threshold: of the Jaccard similarity of two texts' grams.
    """

    def __init__(self, texts: Iterable[str], threshold: float = THRESHOLD) -> None:
        self._threshold = threshold
        self._known = set(texts)
        self._texts = sorted(self._known)
        rarity = Counter(gram for text in self._texts for gram in _grams(text))
        self._rank = {gram: rank for rank, gram in enumerate(sorted(rarity, key=lambda gram: (rarity[gram], gram)))}
        self._sizes, self._index = list[int](), dict[int, list[int]]()
        for number, text in enumerate(self._texts):
            grams = _grams(text)
            self._sizes.append(len(grams))
            for rank in self._prefix(grams):
                self._index.setdefault(rank, []).append(number)

    def near(self, text: str) -> bool:
        """Whether some reference is at least as similar as the threshold."""
        if text in self._known:
            return True
        found = _grams(text)
        least, most = self._threshold * len(found), len(found) / self._threshold
        rivals = {number for rank in self._prefix(found) for number in self._index.get(rank, ())}
        return any(least <= self._sizes[number] <= most and self._are_near(found, number) for number in rivals)

    def _are_near(self, found: set[str], number: int) -> bool:
        other = _grams(self._texts[number])
        return len(found & other) >= self._threshold * len(found | other)

    def _prefix(self, found: set[str]) -> list[int]:
        """Ranks of the first grams; those that no reference has are the rarest of all, and lead to none."""
        ranks = [rank for rank in map(self._rank.get, found) if rank is not None]
        length = len(ranks) - math.ceil(self._threshold * len(found)) + 1
        return sorted(ranks)[:length] if length > 0 else []


def _grams(text: str) -> set[str]:
    return {text[i : i + GRAM] for i in range(max(1, len(text) - GRAM + 1))} if text else set()
