"""Addresses of mail, as they are and as people spell them out."""

from __future__ import annotations

import random

from benchmarks.privacy.values.value import Value, digits

FIRST = "jonas mira anton lena kate oleg tanja felix sveta max nora igor paula ivan greta denis emma timur klara boris".split()
LAST = (
    "berger sokolov hayes lindqvist orlov marsh weber kuznetsov fink doyle zimmer pavlova grant novak richter".split()
)
NICK = "blackcat moonwalker krasava kotik99 schnuffel sk8er pixelfox teapot vodopad nachteule rainydays lupus".split()
HOST = "gmail yahoo outlook proton hotmail icloud fastmail".split()
DOMAINS = {
    "en": "gmail.com yahoo.com outlook.com proton.me icloud.com mail.bristol.ac.uk northwind.io smithandco.co.uk".split(),
    "ru": "yandex.ru mail.ru gmail.com bk.ru inbox.ru rambler.ru list.ru ya.ru vk.com phystech.edu".split(),
    "de": "gmx.de web.de t-online.de gmail.com posteo.de mailbox.org uni-jena.de freenet.de müller-bau.de".split(),
}
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
        return Value(_odd_case(rng, f"{local}@{rng.choice(DOMAINS[language])}"))
    at, dot = rng.choice(AT[language]), rng.choice(DOT[language])
    if language == "ru" and rng.random() < 0.4:
        host = rng.choice(list(SPOKEN))
        local = rng.choice(("иван", "котик", "света", "морозов", local)) + rng.choice(("", digits(rng, 2)))
        return Value(f"{local}{at}{host}{dot}{SPOKEN[host]}")
    host, _, end = rng.choice(DOMAINS[language]).rpartition(".")
    return Value(f"{local}{at}{host}{dot}{end}")


def _local(rng: random.Random) -> str:
    first, last, nick, number = rng.choice(FIRST), rng.choice(LAST), rng.choice(NICK), digits(rng, rng.randint(1, 4))
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
