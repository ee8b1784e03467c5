"""Whom a message in a group names: by the pseudonyms that stand for names, and the owner by first name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from shared.mentions import PSEUDONYM

#: The people, by their numbers, whom a text names.
Named = Callable[[str], frozenset[int]]

NOBODY: frozenset[int] = frozenset()
#: How every pseudonym begins: most texts name nobody, and need no search.
PREFIX = "user_"


def naming(people: Mapping[str, int], owner: int, name: str) -> Named:
    """
    Args:
        people: pseudonym -> person.
        owner: stands in texts by first ``name``, which no pseudonym replaces.
    """
    own = name.casefold()
    words = re.compile(rf"(?<!\w)(?:{PSEUDONYM}|{re.escape(name)})(?!\w)", re.IGNORECASE)

    def named(text: str) -> frozenset[int]:
        if PREFIX not in text and own not in text.casefold():
            return NOBODY
        found = [match.casefold() for match in words.findall(text)]
        return frozenset(owner if word == own else people[word] for word in found if word == own or word in people)

    return named
