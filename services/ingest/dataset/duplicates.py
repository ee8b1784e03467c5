"""Near-duplicates of held-out replies, found without comparing everything with everything.

Texts are sets of character 5-grams. By the prefix filter (Chaudhuri et al. 2006; Bayardo et al. 2007, "Scaling up all
pairs similarity search") two sets can only reach Jaccard t if they share one of the n - ceil(t n) + 1 rarest grams of
each.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping
from typing import TypeVar

GRAM = 5
THRESHOLD = 0.8
#: A shorter reply ("ok", "roger") is style and recurs by right; it counts together with what it answers.
LONG_ENOUGH = 5
WORD = re.compile(r"\w+")
Key = TypeVar("Key", bound=Hashable)


def comparable(said: str, reply: str) -> str:
    """What of an exchange must not recur: the reply if it has five words, else the reply with what it answers."""
    text = reply if len(WORD.findall(reply)) >= LONG_ENOUGH else f"{said} {reply}"
    return " ".join(WORD.findall(text.casefold()))


def near_duplicates(
    candidates: Mapping[Key, str], references: Mapping[Key, str], threshold: float = THRESHOLD
) -> set[Key]:
    """Keys of the candidates whose Jaccard similarity with some reference is at least ``threshold``."""
    grams = {key: _grams(text) for key, text in references.items()}
    searched = {key: _grams(text) for key, text in candidates.items()}
    rarity = Counter(gram for found in (*grams.values(), *searched.values()) for gram in found)
    index: dict[str, list[Key]] = defaultdict(list)
    for key, found in grams.items():
        for gram in _prefix(found, rarity, threshold):
            index[gram].append(key)
    return {key for key, found in searched.items() if _is_near(found, grams, index, rarity, threshold)}


def _is_near(
    found: frozenset[str],
    grams: Mapping[Key, frozenset[str]],
    index: Mapping[str, list[Key]],
    rarity: Counter[str],
    threshold: float,
) -> bool:
    rivals = {key for gram in _prefix(found, rarity, threshold) for key in index.get(gram, ())}
    return any(len(found & grams[key]) >= threshold * len(found | grams[key]) for key in rivals)


def _prefix(found: frozenset[str], rarity: Counter[str], threshold: float) -> list[str]:
    length = len(found) - math.ceil(threshold * len(found)) + 1
    return sorted(found, key=lambda gram: (rarity[gram], gram))[:length]


def _grams(text: str) -> frozenset[str]:
    return frozenset(text[i : i + GRAM] for i in range(max(1, len(text) - GRAM + 1))) if text else frozenset()
