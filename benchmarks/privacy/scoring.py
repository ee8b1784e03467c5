"""What a cleaning did to a text: what stayed of the value, and what went that was not to go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.privacy.case import Case

PLACEHOLDER = re.compile(r"<[a-z_]+>|user_[0-9a-zA-Z]{4,}")
#: A value is gone when nothing of this length stays of it.
PART = 4
WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Verdict:
    """``false``: places masked outside the value."""

    case: Case
    clean: str
    gone: bool
    false: int


def judge(case: Case, clean: str) -> Verdict:
    return Verdict(case, clean, not stays(case, clean), len(_outside(case, clean)))


def stays(case: Case, clean: str) -> bool:
    """Whether four characters in a row of the value are in the clean text and were not beside it (a short one: all)."""
    if not case.value:
        return False
    left, beside = PLACEHOLDER.sub("\0", clean).casefold(), f"{case.before}\0{case.after}".casefold()
    value = case.value.casefold()
    parts = {value[i : i + PART] for i in range(len(value) - PART + 1)} or {value}
    telling = (part for part in parts if sum(c.isalnum() for c in part) >= min(3, len(value)))
    if any(part in left and part not in beside for part in telling):
        return True
    words = {word for word in WORD.findall(value) if len(word) > 1 and not word.isdigit()}
    return not words.isdisjoint(set(WORD.findall(left)) - set(WORD.findall(beside)))


def _outside(case: Case, clean: str) -> list[str]:
    """What is masked of the text before and behind the value."""
    start, end = len(case.before), len(case.before) + len(case.value)
    return [case.text[a:b] for a, b, _ in replaced(case.text, clean) if b <= start or a >= end]


def replaced(text: str, clean: str) -> list[tuple[int, int, str]]:
    """Where a text's masked stretches began and ended and what stands there now, by lining both texts up.

    What a text itself writes like a placeholder is none.
    """
    kept, new = PLACEHOLDER.split(clean), PLACEHOLDER.findall(clean)
    found, position = list[tuple[int, int, str]](), len(kept[0])
    for index, placeholder in enumerate(new):
        piece, last = kept[index + 1], index == len(new) - 1
        at = len(text) - len(piece) if last else text.find(piece, position + 1) if piece else position + 1
        if at < position:
            return [*found, (position, len(text), placeholder)]
        if text[position:at] != placeholder:
            found.append((position, at, placeholder))
        position = at + len(piece)
    return found


def recall(verdicts: Sequence[Verdict]) -> float:
    return sum(v.gone for v in verdicts) / len(verdicts) if verdicts else float("nan")
