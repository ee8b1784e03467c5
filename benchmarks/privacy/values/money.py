"""Cards that pass Luhn's check, IBANs that pass mod 97, and national account numbers."""

from __future__ import annotations

import random

from stdnum import iban as iban_standard
from stdnum import luhn

from benchmarks.privacy.values.value import Value, digits, drawn, grouped

#: Start of the number and its length.
BRANDS = (
    ("4", 16),
    ("4", 16),
    ("51", 16),
    ("54", 16),
    ("2221", 16),
    ("2200", 16),
    ("2202", 16),
    ("34", 15),
    ("37", 15),
    ("6011", 16),
    ("3528", 16),
    ("36", 14),
    ("62", 16),
)
#: Country, then the form of what follows its check digits: n digits, a capitals, c either.
IBANS = {
    "en": (
        "GB aaaannnnnnnnnnnnnn",
        "IE aaaannnnnnnnnnnnnn",
        "AE nnnnnnnnnnnnnnnnnnn",
        "LT nnnnnnnnnnnnnnnn",
        "MT aaaannnnncccccccccccccccccc",
    ),
    "ru": (
        "KZ nnnccccccccccccc",
        "UA nnnnnnccccccccccccccccccc",
        "BY ccccnnnncccccccccccccccc",
        "GE aannnnnnnnnnnnnnnn",
        "LT nnnnnnnnnnnnnnnn",
        "TR nnnnnnnnnnnnnnnnnnnnnn",
    ),
    "de": (
        "DE nnnnnnnnnnnnnnnnnn",
        "DE nnnnnnnnnnnnnnnnnn",
        "AT nnnnnnnnnnnnnnnn",
        "CH nnnnncccccccccccc",
        "NL aaaannnnnnnnnn",
        "LU nnnccccccccccccc",
    ),
}
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def card(rng: random.Random, _: str) -> Value:
    start, length = rng.choice(BRANDS)
    body = start + digits(rng, length - len(start) - 1)
    number = body + luhn.calc_check_digit(body)
    sizes = (4, 6, 5) if length == 15 else (4, 6, 4) if length == 14 else (4,)
    form = rng.random()
    if form < 0.35:
        return Value(number)
    return Value(grouped(number, sizes, " " if form < 0.75 else "-" if form < 0.92 else "\u00a0"))


def iban(rng: random.Random, language: str) -> Value:
    number = _iban(rng, rng.choice(IBANS[language]))
    form = rng.random()
    if form < 0.4:
        return Value(number)
    if form < 0.8:
        return Value(grouped(number, (4,), " "))
    return Value(number.lower() if form < 0.9 else grouped(number, (4,), " ").lower())


def _iban(rng: random.Random, form: str) -> str:
    country, shape = form.split()
    letters = {"n": "0123456789", "a": CAPITALS, "c": "0123456789"}
    while True:
        rest = "".join(rng.choice(letters[c]) for c in shape)
        number = "".join(str(int(c, 36)) for c in f"{rest}{country}00")
        found = f"{country}{98 - int(number) % 97:02}{rest}"
        if iban_standard.is_valid(found):
            return found


def bank_account(rng: random.Random, language: str) -> Value:
    if language == "ru":
        number = rng.choice(("40817810", "40817840", "42301810", "40802810")) + digits(rng, 12)
        return Value(rng.choice((number, number, grouped(number, (5, 3, 1, 4, 7), " "))), plain=False)
    if language == "de":
        return Value(rng.choice((digits(rng, 10), digits(rng, 7), grouped(digits(rng, 10), (3,), " "))), plain=False)
    return Value(
        rng.choice((drawn(rng, "123456789", 1) + digits(rng, rng.choice((7, 8, 9, 11))), digits(rng, 8))), plain=False
    )
