"""Addresses of mail, as they are and as people spell them out."""

from __future__ import annotations

import random

from benchmarks.privacy.values.value import Value, digits, words

AT = {
    "en": (" at ", " AT ", " (at) ", "[at]", " @ "),
    "ru": (" собака ", " (собака) ", " собачка ", " @ ", "(at)"),
    "de": (" at ", " (at) ", " ät ", "[at]", " @ "),
}
DOT = {
    "en": (" dot ", " dot ", "[dot]", "(dot)"),
    "ru": (" точка ", " точка ", "(точка)"),
    "de": (" punkt ", " punkt ", "[punkt]", " dot "),
}
SPOKEN = {"яндекс": "ру", "мейл": "ру", "гмейл": "ком", "рамблер": "ру", "джимейл": "ком"}


def email(rng: random.Random, language: str) -> Value:
    local = _local(rng)
    if rng.random() < 0.7:
        return Value(_odd_case(rng, f"{local}@{rng.choice(words('mail', language))}"))
    at, dot = rng.choice(AT[language]), rng.choice(DOT[language])
    if language == "ru" and rng.random() < 0.4:
        host = rng.choice(list(SPOKEN))
        local = rng.choice(("иван", "котик", "света", "морозов", local)) + rng.choice(("", digits(rng, 2)))
        return Value(f"{local}{at}{host}{dot}{SPOKEN[host]}")
    host, _, end = rng.choice(words("mail", language)).rpartition(".")
    return Value(f"{local}{at}{host}{dot}{end}")


def _local(rng: random.Random) -> str:
    first, last, nick = (rng.choice(words("mail", part)) for part in ("first", "last", "nick"))
    number = digits(rng, rng.randint(1, 4))
    return rng.choice(
        (
            f"{first}.{last}",
            f"{first}{number}",
            f"{first}_{last}",
            nick,
            f"{nick}{number}",
            f"{first[0]}.{last}",
            f"{first}+{nick}",
            f"{last}-{first}",
        )
    )


def _odd_case(rng: random.Random, text: str) -> str:
    return rng.choice((text, text, text, text, text.upper(), text.capitalize()))
