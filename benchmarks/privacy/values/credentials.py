"""What people choose as a password, and what a service sends to be typed in once."""

from __future__ import annotations

import random
import string

from benchmarks.privacy.values.value import Value, digits, drawn

WORDS = {
    "en": "dragon monkey sunshine summer biscuit arsenal chelsea teapot kitten shadow freddie thunder purple guitar".split(),
    "ru": "котик солнышко зенит спартак пароход медведь барсик молоко ромашка privet kotik nastya zenit lubov parol".split(),
    "de": "schatzi fussball bayern sommer hamster kartoffel sonnenschein geheim pumuckl hertha brezel schnecke".split(),
}
END = ("!", "!!", "#", "?", "$", "*", "")


def password(rng: random.Random, language: str) -> Value:
    word, other = rng.sample(WORDS[language], 2)
    forms = (
        f"{word}{digits(rng, rng.randint(2, 4))}",
        f"{word.capitalize()}{digits(rng, 4)}{rng.choice(END)}",
        f"{word}_{other}{digits(rng, 2)}",
        f"{word.capitalize()}-{other.capitalize()}-{digits(rng, 2)}",
        word.replace("a", "@").replace("o", "0").replace("e", "3").replace("о", "0") + digits(rng, 2) + rng.choice(END),
        drawn(rng, string.ascii_letters + string.digits, rng.randint(8, 16)) + digits(rng, 1),
        drawn(rng, string.ascii_letters + string.digits + "!#%&*+=?^_~", rng.randint(9, 14)) + "7",
        f"qwerty{digits(rng, rng.randint(2, 4))}",
        digits(rng, rng.choice((6, 8, 8))),
        f"{word}.{other}.{digits(rng, 2)}",
    )
    return Value(rng.choice(forms), plain=False)


def code(rng: random.Random, _: str) -> Value:
    size = rng.choice((4, 5, 6, 6, 6, 8))
    number = digits(rng, size)
    forms = (
        number,
        number,
        number,
        f"{number[: size // 2]}-{number[size // 2 :]}",
        f"{number[: size // 2]} {number[size // 2 :]}",
        f"G-{digits(rng, 6)}",
    )
    return Value(rng.choice(forms), plain=False)
