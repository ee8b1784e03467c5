"""Words that announce a value: ``passport``, ``мой номер``, ``Konto``. Looked for only around what may be one."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import NamedTuple

#: A sentence that ends between a word and a number parts them; a question does not, which is answered,
#: nor does the point of a short word, as in "г. Казань".
_END = re.compile(r"(?<=\w\w\w)\.\s+\S|[!;]\s+\S|\n\s{0,9}\n\s{0,9}\n")
#: A cue is no longer than this.
_LONGEST = 32


class Place(NamedTuple):
    """Where a cue stands in the text."""

    start: int
    end: int


class Cue:
    """
    Args:
        words: regular expressions of whole words, in lower case.
    """

    def __init__(self, *words: str) -> None:
        self._pattern = re.compile(rf"(?<![^\W_])(?:{by_first_letter(words)})(?![^\W\d_])")

    def before(self, text: str, start: int, reach: int = 40) -> Place | None:
        """The nearest such word that ends at most ``reach`` characters before, in the same sentence."""
        begin = max(0, start - reach - _LONGEST)
        found = next(iter([*self._pattern.finditer(lower(text[begin:start]))][-1:]), None)
        if (
            found is None
            or start - begin - found.end() > reach
            or _END.search(text, begin + found.end() + 1, start + 1)
        ):
            return None
        return Place(begin + found.start(), begin + found.end())

    def after(self, text: str, end: int, reach: int = 25) -> Place | None:
        """The nearest such word that begins at most ``reach`` characters behind, in the same sentence."""
        found = self._pattern.search(lower(text[end : end + reach + _LONGEST]))
        if found is None or found.start() > reach or _END.search(text, end, end + found.start() + 1):
            return None
        return Place(end + found.start(), end + found.end())

    def beside(self, text: str, start: int, end: int, before: int = 40, after: int = 25) -> bool:
        return self.before(text, start, before) is not None or self.after(text, end, after) is not None


def words_of(text: str) -> frozenset[str]:
    """The words of a list that is written as a text."""
    return frozenset(text.split())


def lower(text: str) -> str:
    """In lower case, with every character where it was: the Turkish İ alone would become two."""
    return text.replace("İ", "i").lower()


def by_first_letter(words: tuple[str, ...]) -> str:
    """An alternation that is tried only where its first letter stands, which makes a long one fast."""
    groups = defaultdict[str, list[str]](list)
    for word in words:
        plain = (
            word[0].isalpha()
            and word[1:2] not in ("?", "*", "+", "{", "|")
            and "|" not in re.sub(r"\([^()]*\)", "", word)
        )
        groups[word[0] if plain else ""].append(word[1:] if plain else word)
    return "|".join([rf"{letter}(?:{'|'.join(rest)})" if letter else "|".join(rest) for letter, rest in groups.items()])
