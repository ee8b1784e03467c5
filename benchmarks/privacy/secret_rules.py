"""Strings that the published rules of a secret scanner describe, drawn from their regular expressions."""

from __future__ import annotations

import math
import random
import re
import re._constants as ops
import re._parser as parser
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.privacy.case import Case

ALNUM = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
#: How many characters more than the least where a rule leaves it open.
SLACK = 6
TRIES = 200


def secrets(file: Path, each: int = 3) -> Iterator[Case]:
    """``each`` strings a rule, with the entropy it asks for; the value is what the rule calls the secret.

    A rule whose expression Python does not read, or for which nothing fitting is drawn, is left out.
    """
    for rule in tomllib.loads(file.read_text())["rules"]:
        if "regex" not in rule:
            continue
        try:
            pattern = re.compile(_in_python(rule["regex"]))
        except re.error:
            continue
        rng = random.Random(rule["id"])
        for _ in range(each):
            found = _drawn(rng, pattern, rule)
            if found is not None:
                yield found


def _in_python(regex: str) -> str:
    """Flags to the front; POSIX classes and ends as Python writes them."""
    regex = regex.replace("[[:alnum:]]", "[a-zA-Z0-9]").replace("[:alnum:]", "a-zA-Z0-9").replace(r"\z", r"\Z")
    return re.sub(r"(?<!^)\(\?i\)", "", regex)


def _drawn(rng: random.Random, pattern: re.Pattern[str], rule: dict[str, Any]) -> Case | None:
    for _ in range(TRIES):
        text = _string(rng, parser.parse(pattern.pattern))
        match = pattern.search(text)
        if match is None:
            continue
        group = rule.get("secretGroup") or (1 if pattern.groups and match[1] else 0)
        start, end = match.span(group)
        value = text[start:end].strip("\"' \n")
        if len(value) >= 8 and _entropy(value) >= rule.get("entropy", 0):
            start += text[start:end].index(value)
            return Case("secret", "rules", f"look: {text[:start]}", value, f"{text[start + len(value) :]} ok")
    return None


def _entropy(text: str) -> float:
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def _string(rng: random.Random, parsed: Any) -> str:
    return "".join(_piece(rng, op, value) for op, value in parsed)


def _piece(rng: random.Random, op: Any, value: Any) -> str:
    if op is ops.LITERAL:
        return chr(value)
    if op is ops.IN:
        return _member(rng, value)
    if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
        least, most, inner = value
        most = min(most, least + (SLACK if least or op is ops.MAX_REPEAT else 0))
        return "".join(_string(rng, inner) for _ in range(rng.randint(least, most)))
    if op is ops.BRANCH:
        return _string(rng, rng.choice(value[1]))
    if op in (ops.SUBPATTERN, ops.ATOMIC_GROUP):
        return _string(rng, value[-1] if op is ops.SUBPATTERN else value)
    if op is ops.ANY:
        return rng.choice(ALNUM)
    return rng.choice(ALNUM) if op is ops.NOT_LITERAL else ""


def _member(rng: random.Random, choices: list[tuple[Any, Any]]) -> str:
    if choices[0][0] is ops.NEGATE:
        return rng.choice(ALNUM)
    spread = {ops.CATEGORY_DIGIT: "0123456789", ops.CATEGORY_WORD: ALNUM, ops.CATEGORY_SPACE: " "}
    op, value = rng.choices(choices, [v[1] - v[0] + 1 if o is ops.RANGE else 1 for o, v in choices])[0]
    if op is ops.CATEGORY:
        return rng.choice(spread.get(value, ALNUM))
    return chr(rng.randint(*value)) if op is ops.RANGE else chr(value)
