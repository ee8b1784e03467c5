"""Messages that name somebody: people of the export in every form, and people of whom the export knows nothing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from benchmarks.privacy.case import LANGUAGES, Case, texts
from benchmarks.privacy.declension import CASES, declined, german_genitive
from benchmarks.privacy.typing_habits import typed
from services.ingest.cleaning.names import Known

FEMALE_ENDS = ("а", "я")
MALE_IN_A = frozenset("Саша Саня Шура Дима Димка Митя Серёжа Серёга Миша Мишка Коля Вова Володя Вовка Паша Пашка Женя Женька Андрюха Андрюша Гриша Гришка Никита Илья Фома".split())  # fmt: skip


@dataclass(frozen=True)
class Person:
    """Somebody of the export: what they are called there, and what else friends call them."""

    display: str
    diminutives: tuple[str, ...]
    nick: str
    username: str
    transliterated: str

    @property
    def first(self) -> str:
        return self.display.split()[0]

    @property
    def female(self) -> bool:
        return self.first.endswith(FEMALE_ENDS) and self.first not in MALE_IN_A


@cache
def people(language: str) -> tuple[Person, ...]:
    rows = ([part.strip() for part in row.split("|")] for row in texts(f"names_{language}")["known"])
    return tuple(Person(a, tuple(b.split()), c, d, e) for a, b, c, d, e in rows)


def export() -> list[Known]:
    """Everybody, as an import learns of them: display name, the nickname in the contacts, the username."""
    everybody = [person for language in LANGUAGES for person in people(language)]
    return [Known(f"user_{n:04x}", (p.display, p.nick), p.username) for n, p in enumerate(everybody)]


def known_cases(count: int, seed: int) -> Iterator[Case]:
    for language in LANGUAGES:
        rng = random.Random(f"{seed} known {language}")
        for _ in range(count):
            yield _about(rng, "known_name", language, *_called(rng, rng.choice(people(language)), language))


def unknown_cases(count: int, seed: int) -> Iterator[Case]:
    taken = {part for each in LANGUAGES for p in people(each) for part in (*p.display.split(), *p.diminutives)}
    for language in LANGUAGES:
        rng = random.Random(f"{seed} unknown {language}")
        for _ in range(count):
            first, last, female = _stranger(rng, language, taken)
            yield _about(
                rng, "unknown_name", language, first if rng.random() < 0.5 else f"{first} {last}", female, False
            )


def _called(rng: random.Random, person: Person, language: str) -> tuple[str, bool, bool]:
    """What they are called this time, whether that is declined as a woman's name, and whether it never changes."""
    last = person.display.split(" ", 1)[1]
    chance = rng.random()
    if chance < 0.3:
        return person.first, person.female, False
    if chance < 0.5:
        return person.display, person.female, False
    if chance < 0.7:
        return rng.choice(person.diminutives), person.female, False
    if chance < 0.78:
        return last, person.female, False
    if chance < 0.84:
        return person.nick, person.female, True
    if chance < 0.9:
        return f"@{person.username}", person.female, True
    if chance < 0.95:
        other = person.transliterated
        return rng.choice((other, other.split()[0])), person.female, True
    return _mistyped(rng, person.first), person.female, True


def _mistyped(rng: random.Random, name: str) -> str:
    """One slip inside the name: a letter twice, left out, or two the wrong way round."""
    at = rng.randrange(1, len(name) - 1)
    if len(name) < 5:
        return name[:at] + name[at] + name[at:]
    return rng.choice((
        name[:at] + name[at] + name[at:],
        name[:at] + name[at + 1 :],
        name[:at] + name[at + 1] + name[at] + name[at + 2 :],
    ))  # fmt: skip


def _stranger(rng: random.Random, language: str, taken: set[str]) -> tuple[str, str, bool]:
    written = texts(f"names_{language}")
    female = rng.random() < 0.5
    firsts = written["female" if female else "male"] if language == "ru" else written["first"]
    first = rng.choice([name for name in firsts.split() if name not in taken])
    if language != "ru":
        return first, rng.choice([name for name in written["last"].split() if name not in taken]), female
    if rng.random() < 0.12:
        return first, rng.choice(written["fixed"].split()), female
    last = rng.choice(written["surnames"].split())
    return first, last + "а" * female, female


def _about(rng: random.Random, kind: str, language: str, name: str, female: bool, fixed: bool) -> Case:
    written = texts(f"names_{language}")
    template = rng.choice(written["sentences"])
    for case, form in _forms(name, language, female=female, fixed=fixed).items():
        slot = "{" + case + "}"
        if slot in template:
            template, name = template.replace(slot, "{}"), form
            break
    if rng.random() < 0.3 and not name.startswith("@"):
        name = name.lower()
    return typed(rng, kind, language, template, name, texts(language)["filler"]["harmless"])


def _forms(name: str, language: str, *, female: bool, fixed: bool) -> dict[str, str]:
    if language == "de":
        return {"gen": name if name.startswith("@") else german_genitive(name)}
    if language == "en":
        return {}
    if fixed:
        return dict.fromkeys(CASES, name)
    first, *rest = name.split()
    alone_surname = not rest and first in {p.display.split()[1] for p in people("ru")}
    found = declined(first, female=female, surname=alone_surname)
    for last in rest:
        found = {case: f"{form} {declined(last, female=female, surname=True)[case]}" for case, form in found.items()}
    return found
