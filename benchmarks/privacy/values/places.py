"""Street addresses as people write them, and places on the globe."""

from __future__ import annotations

import random

from benchmarks.privacy.values.value import Value, digits, drawn

TREES = "Oak Maple Cedar Willow Church Station Mill Victoria Albert Park Bridge King Chapel Orchard Bellevue Franklin Jefferson Sunset Meadow Highfield Lincoln Rosemary Wellington Harbour Pine".split()
ENDS = "Street St Road Rd Avenue Ave Lane Drive Close Terrace Court Crescent Way Gardens Place Boulevard".split()
UK = (
    ("London", "SE{}"),
    ("Leeds", "LS{}"),
    ("Bristol", "BS{}"),
    ("Manchester", "M{}"),
    ("Norwich", "NR{}"),
    ("Oxford", "OX{}"),
)
US = (
    ("Springfield", "IL"),
    ("Austin", "TX"),
    ("Portland", "OR"),
    ("Boise", "ID"),
    ("Dayton", "OH"),
    ("Oakland", "CA"),
    ("Albany", "NY"),
)
RU_STREETS = "Ленина Гагарина Садовая Мира Лесная Пушкина Советская Кирова Чехова Молодёжная Зелёная Набережная Бажова Победы Достоевского Вокзальная Шевченко Строителей Комсомольская Полевая Маршала-Жукова".replace(
    "-", "_"
).split()
RU_TOWNS = "Москва Казань Тверь Самара Пермь Екатеринбург Омск Воронеж Калуга Саратов".split()
DE_STEMS = "Linden Garten Schul Bahnhof Haupt Goethe Schiller Kirch Berg Wald Mozart Rosen Mühlen Ring Blumen Friedrich Leonhard Brunnen Kastanien Sonnen".split()
DE_ENDS = "straße straße str. strasse weg gasse allee platz".split()
DE_TOWNS = (
    ("Berlin", "10"),
    ("München", "80"),
    ("Leipzig", "04"),
    ("Hamburg", "20"),
    ("Köln", "50"),
    ("Jena", "07"),
    ("Freiburg", "79"),
)


def address(rng: random.Random, language: str) -> Value:
    return {"en": _english, "ru": _russian, "de": _german}[language](rng)


def _english(rng: random.Random) -> Value:
    number, name, end = rng.randint(1, 299), rng.choice(TREES), rng.choice(ENDS)
    if rng.random() < 0.5:
        town, code = rng.choice(UK)
        post = f"{code.format(rng.randint(1, 28))} {digits(rng, 1)}{drawn(rng, 'ABDEFGHJLNPQRSTUWXYZ', 2)}"
        forms = (
            f"{number} {name} {end}, {town} {post}",
            f"Flat {rng.randint(1, 30)}, {number} {name} {end}, {town} {post}",
            f"{number} {name} {end}, {post}",
        )
    else:
        town, state = rng.choice(US)
        number, post = number * 11, f"{state} {digits(rng, 5)}"
        forms = (
            f"{number} {name} {end}, {town}, {post}",
            f"{number} {name} {end} Apt {rng.randint(1, 40)}, {town}, {post}",
            f"{number} {rng.choice('NSEW')} {name} {end}, {town} {post}",
        )
    short = f"{number} {name} {end}"
    text = rng.choice((*forms, short, f"{short}, {town}", f"{short} flat {rng.randint(1, 30)}", short.lower()))
    return Value(text, plain=text in forms)


def _russian(rng: random.Random) -> Value:
    street, town, house, flat = (
        rng.choice(RU_STREETS).replace("_", " "),
        rng.choice(RU_TOWNS),
        rng.randint(1, 180),
        rng.randint(1, 300),
    )
    full = (
        f"г. {town}, ул. {street}, д. {house}, кв. {flat}",
        f"{digits(rng, 6)}, г. {town}, ул. {street}, д. {house}, кв. {flat}",
        f"{town}, ул {street} {house}, кв {flat}",
        f"ул. {street}, {house}, кв. {flat}",
        f"ул. {street}, дом {house}, корпус {rng.randint(1, 5)}, квартира {flat}",
        f"проспект {street}, {house}к{rng.randint(1, 4)}",
        f"улица {street} дом {house} квартира {flat}",
        f"пр-т {street} {house}-{flat}",
    )
    loose = (
        f"{street} {house} кв {flat}",
        f"{street} {house}, {flat} квартира",
        f"{street} {house}/{rng.randint(1, 5)} кв {flat}",
        f"ул {street} {house}",
        f"{street}, {house}",
    )
    text = rng.choice((*full, *loose, rng.choice(full).lower(), rng.choice(loose).lower()))
    return Value(text, plain=text in full)


def _german(rng: random.Random) -> Value:
    street = rng.choice(DE_STEMS) + rng.choice(DE_ENDS)
    number = f"{rng.randint(1, 160)}{rng.choice(('', '', '', 'a', 'b', ' c'))}"
    town, start = rng.choice(DE_TOWNS)
    post = f"{start}{digits(rng, 3)} {town}"
    full = (
        f"{street} {number}, {post}",
        f"{street} {number} in {post}",
        f"{street} {number}, {rng.randint(1, 5)}. Stock, {post}",
        f"{street} {number} {post}",
        f"{post}, {street} {number}",
    )
    loose = (
        f"{street} {number}",
        f"{street} {number}",
        f"{street} {number} in {town}",
        f"{street} {number}, {town}",
        f"{street.lower()} {number}",
        f"Am {rng.choice(DE_STEMS)}berg {number}",
        f"{street} {number} bei Meier".removesuffix(" bei Meier"),
    )
    text = rng.choice((*full, *loose, rng.choice(full).lower()))
    return Value(text, plain=text in full)


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
