"""Numbers of papers, with their checksums; dates of birth; licence plates."""

from __future__ import annotations

import random

from stdnum.de import idnr
from stdnum.ru import inn as inn_standard

from benchmarks.privacy.values.value import Value, digits, drawn, grouped

GERMAN_LETTERS = "CFGHJKLMNPRTVWXYZ"
RUSSIAN_PLATE = "АВЕКМНОРСТУХ"
MONTHS = {
    "en": "january february march april may june july august september october november december".split(),
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split(),
    "de": "januar februar märz april mai juni juli august september oktober november dezember".split(),
}
TOWNS = "B M K HH F S DD HB J KA OG FR LEV TÜ".split()


def passport(rng: random.Random, language: str) -> Value:
    if language == "ru":
        series, number = f"{rng.randint(1, 99):02}{rng.randint(0, 25):02}", digits(rng, 6)
        old = (f"{series} {number}", f"{series[:2]} {series[2:]} {number}", series + number, f"{series} № {number}")
        return Value(rng.choice((*old, f"{rng.choice(('71', '75', '76', '65'))} {digits(rng, 7)}")), plain=False)
    if language == "de":
        body = rng.choice(GERMAN_LETTERS) + drawn(rng, GERMAN_LETTERS + "0123456789" * 2, 7) + digits(rng, 1)
        return Value(rng.choice((body, body, body.lower(), "L" + digits(rng, 8))), plain=False)
    return Value(rng.choice((digits(rng, 9), drawn(rng, "ABCPX", 1) + digits(rng, 8))), plain=False)


def ssn(rng: random.Random, _: str) -> Value:
    area = rng.choice([n for n in range(1, 900) if n not in (78, 219, 666)])
    number = f"{area:03}-{rng.randint(1, 99):02}-{rng.randint(1, 9999):04}"
    form = rng.random()
    return Value(number) if form < 0.6 else Value(number.replace("-", " " if form < 0.85 else ""), plain=False)


def inn(rng: random.Random, _: str) -> Value:
    body = f"{rng.randint(1, 92):02}" + digits(rng, 8)
    number = body + inn_standard.calc_personal_check_digits(body)
    return Value(
        rng.choice((number, number, grouped(number, (4,), " "), grouped(number, (2, 2, 6, 2), " "))), plain=False
    )


def snils(rng: random.Random, _: str) -> Value:
    body = f"{rng.randint(2, 199):03}" + digits(rng, 6)
    check = sum(int(c) * weight for c, weight in zip(body, range(9, 0, -1), strict=True)) % 101 % 100
    spaced = grouped(body, (3,), "-") + f" {check:02}"
    form = rng.random()
    if form < 0.6:
        return Value(spaced)
    return Value(rng.choice((spaced.replace("-", " "), f"{body}{check:02}", spaced.replace(" ", "-"))), plain=False)


def steuer_id(rng: random.Random, _: str) -> Value:
    while True:
        body = drawn(rng, "123456789", 1) + digits(rng, 9)
        number = next((body + c for c in "0123456789" if idnr.is_valid(body + c)), "")
        if number:
            return Value(rng.choice((number, grouped(number, (2, 3), " "), grouped(number, (2, 3), "-"))), plain=False)


def birth_date(rng: random.Random, language: str) -> Value:
    year, month, day = rng.randint(1938, 2012), rng.randint(1, 12), rng.randint(1, 28)
    word = MONTHS[language][month - 1]
    forms = {
        "en": (
            f"{day} {word} {year}",
            f"{word.title()} {day}, {year}",
            f"{month:02}/{day:02}/{year}",
            f"{day:02}/{month:02}/{year}",
            f"{year}-{month:02}-{day:02}",
            f"{word[:3]} {day} {year}",
            f"{day:02}.{month:02}.{year % 100:02}",
            f"{word} {_ordinal(day)} {year}",
        ),
        "ru": (
            f"{day} {word} {year}",
            f"{day:02}.{month:02}.{year}",
            f"{day}.{month}.{year % 100:02}",
            f"{day} {word} {year} г",
            f"{day:02}-{month:02}-{year}",
            f"{day:02}/{month:02}/{year}",
            f"{year}-{month:02}-{day:02}",
        ),
        "de": (
            f"{day}. {word.title()} {year}",
            f"{day:02}.{month:02}.{year}",
            f"{day}.{month}.{year % 100:02}",
            f"{day}.{month}.{year}",
            f"{day} {word} {year}",
            f"{day:02}-{month:02}-{year}",
        ),
    }
    return Value(rng.choice(forms[language]), plain=False)


def _ordinal(day: int) -> str:
    ending = "th" if 10 < day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def plate(rng: random.Random, language: str) -> Value:
    if language == "ru":
        a, b, c = rng.choices(RUSSIAN_PLATE, k=3)
        number, region = digits(rng, 3), rng.choice(("77", "99", "197", "78", "16", "750", "23", "174"))
        text = rng.choice(
            (f"{a}{number}{b}{c}{region}", f"{a} {number} {b}{c} {region}", f"{a}{number}{b}{c} {region}")
        )
        return Value(rng.choice((text, text.lower())))
    if language == "de":
        town, letters, number = (
            rng.choice(TOWNS),
            drawn(rng, "ABDEGHKLMPRSTX", rng.randint(1, 2)),
            str(rng.randint(10, 9999)),
        )
        return Value(
            rng.choice(
                (
                    f"{town}-{letters} {number}",
                    f"{town} {letters} {number}",
                    f"{town}-{letters}-{number}",
                    f"{town}-{letters}{number}",
                    f"{town.lower()}-{letters.lower()} {number}",
                )
            ),
            plain=False,
        )
    capitals = "ABCDEFGHJKLMNOPRSTUVWXYZ"
    british = drawn(rng, capitals, 2) + digits(rng, 2) + rng.choice((" ", "")) + drawn(rng, capitals, 3)
    american = digits(rng, 1) + drawn(rng, capitals, 3) + digits(rng, 3)
    text = rng.choice((british, british, american, drawn(rng, capitals, 3) + rng.choice(("-", " ")) + digits(rng, 4)))
    return Value(rng.choice((text, text, text.lower())), plain=False)
