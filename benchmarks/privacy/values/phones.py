"""Numbers of all regions: the plan's example with other digits that are still valid, written in many ways."""

from __future__ import annotations

import random
from functools import cache

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from benchmarks.privacy.values.value import Value, digits

HOME = {
    "en": ("US", "GB", "CA", "AU", "IE", "NZ", "IN"),
    "ru": ("RU", "RU", "UA", "KZ", "BY"),
    "de": ("DE", "DE", "AT", "CH"),
}


def phone(rng: random.Random, language: str) -> Value:
    if rng.random() < 0.45:
        region = rng.choice(HOME[language])
        return _national(rng, _number(rng, region), region)
    region = rng.choice(HOME[language] if rng.random() < 0.4 else regions())
    return Value(_international(rng, _number(rng, region)))


@cache
def regions() -> tuple[str, ...]:
    return tuple(sorted(r for r in phonenumbers.SUPPORTED_REGIONS if _example(r)))


def _example(region: str) -> PhoneNumber | None:
    return phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)


def _number(rng: random.Random, region: str) -> PhoneNumber:
    kind = rng.choice((PhoneNumberType.MOBILE, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE))
    example = phonenumbers.example_number_for_type(region, kind) or _example(region)
    assert example is not None
    national = phonenumbers.national_significant_number(example)
    for count in (6, 5, 4, 3, 2):
        for _ in range(20):
            other = national[:-count] + digits(rng, count)
            number = phonenumbers.parse(f"+{example.country_code}{other}", None)
            if phonenumbers.is_valid_number(number):
                return number
    return example


def _international(rng: random.Random, number: PhoneNumber) -> str:
    whole = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    spaced = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    code, rest = f"+{number.country_code}", phonenumbers.national_significant_number(number)
    forms = [
        whole,
        spaced,
        spaced,
        spaced.replace(" ", "-"),
        spaced.replace(" ", ".").replace("-", "."),
        f"{code} ({rest[:3]}) {rest[3:6]}-{rest[6:]}".rstrip("-"),
        f"{code} {' '.join(rest[i : i + 2] for i in range(0, len(rest), 2))}",
        f"{code}{spaced.removeprefix(code).replace(' ', '')}",
        spaced.replace(" ", "\u00a0"),
        "00" + whole[1:],
        "00" + spaced[1:],
    ]
    return rng.choice(forms)


def _national(rng: random.Random, number: PhoneNumber, region: str) -> Value:
    written = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    bare = "".join(c for c in written if c.isdigit())
    if region == "RU":
        a, b, c, d = bare[1:4], bare[4:7], bare[7:9], bare[9:]
        forms = [
            f"8 ({a}) {b}-{c}-{d}",
            f"8-{a}-{b}-{c}-{d}",
            f"8 {a} {b} {c} {d}",
            f"8{a}{b}{c}{d}",
            f"8({a}){b}{c}{d}",
            f"8 {a} {b}-{c}-{d}",
        ]
        if a.startswith("9"):
            forms += [f"{a} {b} {c} {d}", f"{a}-{b}-{c}-{d}", f"{a}{b}{c}{d}"]
        text = rng.choice(forms)
        return Value(text, plain=text.startswith("8") and len(text) > 11)
    forms = [written, written, bare, written.replace(" ", "-"), written.replace(" ", "/", 1), written.replace("-", " ")]
    return Value(rng.choice(forms), plain=False)
