"""The words of a message that are worth a full-text search, in any language."""

from __future__ import annotations

import re

WORD = re.compile(r"[^\W_]+")

#: A message has few words that say what it is about, and each one more costs time.
MOST = 8

#: Function words are short in the languages with an alphabet; a shorter word counts only with a digit in it.
LENGTH = 4


def search_terms(message: str) -> list[str]:
    """The longest distinct words of a message, lower case, at most eight; none when it says nothing to search for."""
    words = dict.fromkeys(word.lower() for word in WORD.findall(message))
    telling = [word for word in words if len(word) >= LENGTH or any(c.isdigit() for c in word)]
    return sorted(telling, key=len, reverse=True)[:MOST]
