"""Known names with one slip of the fingers: a letter too many, one that is missing, two swapped, a key beside.

The unknown word is changed back in every such way, and looked up: nothing has to be kept for the known ones.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import pairwise

SHORTEST = 5
#: The slip that is taken for one in a name of four letters too.
DOUBLED = re.compile(r"(.)\1")
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")
#: Vowels that sound alike where they are not stressed, and other letters that are heard, not seen.
ALIKE = ("ао", "еи", "еэ", "ыи", "её", "ei", "ao", "iy", "ck", "sz", "тд", "бп", "дт", "aä", "oö", "uü", "kq", "ph")
LETTERS = {"latin": "abcdefghijklmnopqrstuvwxyzäöüß", "cyrillic": "абвгдежзийклмнопрстуфхцчшщъыьэюя"}


def _neighbours() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in (*ROWS, *ALIKE):
        for left, right in pairwise(row):
            found.setdefault(left, set()).add(right)
            found.setdefault(right, set()).add(left)
    return found


NEIGHBOURS = _neighbours()


def meant(word: str, known: Collection[str]) -> str | None:
    """The known name, in lower case, that a word is a slip of. What is short may be slips of too many."""
    if len(word) < SHORTEST:
        return None
    likely = (each for each in _slips_undone(word) if len(each) >= SHORTEST or DOUBLED.sub(r"\1", word) == each)
    return next((each for each in likely if each in known), None)


def _slips_undone(word: str) -> Iterator[str]:
    letters = LETTERS["latin" if word[0].isascii() else "cyrillic"]
    for i in range(len(word) - 1):
        yield word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    for i, letter in enumerate(word):
        yield word[:i] + word[i + 1 :]
        yield from (word[:i] + other + word[i + 1 :] for other in NEIGHBOURS.get(letter, ()))
    for i in range(1, len(word) + 1):
        yield from (word[:i] + letter + word[i:] for letter in letters)
