"""Which names friends use for which: Александр is Саша, Саша may be Александра, William is Bill."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

#: A family a line: the full names, then what those who bear one of them are called.
FAMILIES = Path(__file__).with_name("short_names.txt")


def _families() -> Iterator[tuple[list[str], list[str]]]:
    for line in FAMILIES.read_text(encoding="utf-8").splitlines():
        full, _, short = line.partition(": ")
        yield full.split(), short.split()


def _called() -> dict[str, set[str]]:
    """Every name of the families with what it stands for. Слава is short for so many that it only stands for those."""
    families: dict[str, list[tuple[list[str], list[str]]]] = {}
    for full, short in _families():
        for name in {*full, *short}:
            families.setdefault(name, []).append((full, short))
    return {
        name: {other for full, short in near for other in (*full, *(short if name in full or len(near) <= 2 else ()))}
        for name, near in families.items()
    }


CALLED = _called()

_SIBILANTS = ("ша", "жа", "ча", "ща")


def also_called(name: str) -> set[str]:
    """What a person of this name (lower case) is called too: usual short forms of a full name, full ones of a short."""
    plain = name.replace("ё", "е")
    known = next((each for each in (name, *_with_yo(plain)) if each in CALLED), None)
    return {known, *CALLED[known]} if known else set()


def pet_names(name: str) -> set[str]:
    """The regular Russian pet names of a short name: Саша is Сашка and Сашенька, Лена is Леночка."""
    if not 3 <= len(name) <= 6 or name.endswith("ка"):
        return set()
    stem = name[:-1]
    if name.endswith(_SIBILANTS):
        return {stem + "ка", stem + "енька", stem + "уля"}
    if name.endswith("я") and name[-2] not in "аеёиоуыэюяь":
        return {stem + "ька", stem + "енька", stem + "ечка", stem + "юша", stem + "юха"}
    if name.endswith("а"):
        return {stem + "ка", stem + "очка", stem + "уля"}
    return set()


def _with_yo(plain: str) -> list[str]:
    """Ways to write a name that was typed without ё."""
    return [plain[:i] + "ё" + plain[i + 1 :] for i, letter in enumerate(plain) if letter == "е"]
