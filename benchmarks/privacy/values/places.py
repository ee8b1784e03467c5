"""Street addresses as people write them, and places on the globe."""

from __future__ import annotations

import random

from benchmarks.privacy.case import texts
from benchmarks.privacy.values.value import Value, digits, drawn


def address(rng: random.Random, language: str) -> Value:
    """Two in five are loose: they lack the town or the word for a street, or are in small letters."""
    written = texts("words")["address"][language]
    full = rng.random() < 0.6
    parts = {
        "street": rng.choice(written["streets"].split()),
        "end": rng.choice(written["ends"].split()),
        "n": str(rng.randint(1, 180)),
        "k": str(rng.randint(1, 28)),
        "d": str(rng.randint(1, 5)),
        "t": digits(rng, 3),
        "z": digits(rng, 5),
        "cc": drawn(rng, "ABDEFGHJLNPQRSTUWXYZ", 2),
    }
    place = rng.choice(written["places"]).format(**parts)
    text = rng.choice(written["full" if full else "loose"]).format(**parts, place=place)
    lower = rng.random() < 0.25
    return Value(text.lower() if lower else text, plain=full and not lower)


def coordinates(rng: random.Random, language: str) -> Value:
    north, east = rng.uniform(-66, 69), rng.uniform(-170, 170)
    places = rng.choice((4, 5, 6, 7))
    a, b = f"{north:.{places}f}", f"{east:.{places}f}"
    degrees = f"{_degrees(abs(north))}{'N' if north > 0 else 'S'} {_degrees(abs(east))}{'E' if east > 0 else 'W'}"
    forms = [
        f"{a}, {b}",
        f"{a},{b}",
        f"{a} {b}",
        f"{abs(north):.{places}f}°N, {abs(east):.{places}f}°E",
        f"({a}, {b})",
        degrees,
        f"N{abs(north):.5f} E{abs(east):.5f}",
        f"{a}; {b}",
        f"geo:{a},{b}",
    ]
    if language != "en":
        forms += [f"{a.replace('.', ',')} {b.replace('.', ',')}"]
    return Value(rng.choice(forms))


def _degrees(angle: float) -> str:
    whole, rest = divmod(angle * 3600, 3600)
    return f"{whole:.0f}°{rest // 60:02.0f}'{rest % 60:04.1f}\""
