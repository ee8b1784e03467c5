"""What a look at all texts of an account has told about a word: it is somebody's name, or only looks like one."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

#: Stands for somebody whom nobody here knows but by name.
SOMEBODY = "<name>"


class Reading(StrEnum):
    NAME = "name"  # of somebody unknown, however it is written
    CAPITAL = "capital"  # the same, where it has a capital: the word may be another one too
    INSIDE = "inside"  # the same, where it has a capital that does not begin a sentence
    BESIDE = "beside"  # the same, only with a capital and right beside another name or a title
    BEHIND = "behind"  # the same, only right behind another name, however it is written
    TYPO = "typo"  # of a name that is known
    WORD = "word"  # an ordinary word, though somebody known is called so


class Found(NamedTuple):
    """
    Attributes:
        word: in lower case, as words are compared.
        like: the known form that a typo stands for.
    """

    word: str
    reading: Reading
    like: str = ""
