"""Passwords: what is assigned to a word that announces one, or looks like a secret behind it, in several languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared.privacy.codes import PUBLIC
from shared.privacy.cues import by_first_letter, lower, words_of
from shared.privacy.masking import Span, mask

_WORDS = (
    r"pass ?words?|pas+wor[dt]?s?|passwd|pwd|pass ?codes?|pass ?phrases?|psw|pw|pswd|passwor[td]|passwort\w*|"
    r"pass ?wort|kennwort\w*|\w{3,14}passwort|\w{2,10}kennwort|"
    r"п[ао]рол\w*|пасс?ворд\w*|пасс|wachtwoord\w*|contraseña|senha|mot de passe"
)
_ALSO = (
    r"pass|пас|pin(?: ?code)?|log(?:ged)? ?in|credentials|creds|codes?|combination|opens? with|wi-?fi|wlan|router|"
    r"zugang\w*|zahlenschloss|"
    r"код\w*|пинкод\w*|пин|логин\w*|вайфай\w*|вай-?фай\w*|вафля|учетк\w*|учётк\w*|lösungswort|codewort|кодов\w+ слов\w+"
)
CUE = re.compile(
    rf"(?<![^\W_])(?:(?P<surely>{by_first_letter(tuple(_WORDS.split('|')))})|"
    rf"(?:{by_first_letter(tuple(_ALSO.split('|')))}))(?![^\W\d_])"
)
#: One of them is in every cue.
STEMS = (
    "pass",
    "pw",
    "psw",
    "pin",
    "login",
    "log in",
    "logged",
    "cred",
    "code",
    "comb",
    "open with",
    "opens with",
    "wifi",
    "wi-fi",
    "wlan",
    "router",
    "kennw",
    "zugang",
    "zahlen",
    "wacht",
    "contra",
    "senha",
    "mot de",
    "парол",
    "порол",
    "pasw",
    "пас",
    "код",
    "пин",
    "логин",
    "вай",
    "вафл",
    "учет",
    "учёт",
    "wort",
)
DIGIT = re.compile(r"\d")
TOKEN = re.compile(r"[^\s\"'«»“”„<>()\0]{1,64}")
ASSIGNED = re.compile(
    r"(?i)(?:\s?\([^()\n]{0,20}\)|(?:\s(?:to|for|from|от|для|на|von|für|vom|zum)(?:\s[^\W\d_]{1,16}){1,2}))?"
    r"\s?(?:[:=]|->|=>|—|–| - )+\s*[\"'«“„`*]{0,3}([^\s\"'«»“”„`<>\0]{3,64})"
)
SAID = re.compile(
    r"(?i)(?:\s(?:to|for|from|от|для|на|von|für|vom|zum)\s[^\n:=.,]{1,24}?)?(?:\s(?:there|here|now|тут|там|теперь|"
    r"у нас|jetzt|dort|hier))?"
    r"(?:'s|\s(?:is|was|be|ist|lautet|heißt|war|это|будет|был|такой|такая|такие|стоит|changed to|set to|gleich|"
    r"равен)(?:\s(?:now|still|just|jetzt|теперь|просто|вот|einfach))?)"
    r"\s{1,2}(?P<quote>[\"'«“„`]{0,2})(?P<value>[^\s\"'«»“”„`<>\0]{4,64})(?P<rest>[^\n]{0,3})"
)
NUMBER = re.compile(
    r"(?i)(?:\s(?:to|for|from|от|для|на|von|für|vom|zum)(?:\s[^\W\d]{2,16})?)?(?:\s(?:is|ist|это|auf|to|на|was|lautet"
    r"|вот))?\??\s{1,2}(\d{4,16})(?![\w.,:/-]?\w)"
)
#: ``qwerty7001 is the password``, ``... - das wlan passwort``.
BEHIND = re.compile(
    r"(?i)(?<!\S)(?P<value>(?=\S{0,40}\d)\S{4,40})(?:\s(?:is|ist|war|was|это|вот|мой|наш|mein|das|unser)|"
    r"\s?[-—–,]+)\s(?:(?:is|ist|это|that'?s|das|the|my|our|your|a|"
    r"mein|dein|unser|new|neue\w*|мой|наш|новый|for|für|от|wifi|wi-fi|wlan|netflix|router|ist|"
    r"it'?s)\s){0,3}(?:[\w-]{2,12}\s)?\Z"
)
#: Words that follow "the password is" in ordinary sentences.
ORDINARY = words_of("""
wrong right correct incorrect invalid valid expired required needed missing empty blank weak strong secure safe
unsafe changed reset saved stored hidden hashed encrypted known unknown secret private public easy hard simple
complex long short good great fine okay same different working broken there here that this what your mine yours ours
theirs still also just only always never already again about from with under below above inside somewhere somehow
something nothing everything important stupid funny terrible awful ridiculous forgotten lost gone back written
printed taped really very quite case sensitive being going getting sent coming given shared used unique default
usually obviously probably maybe falsch richtig korrekt ungültig gültig abgelaufen nötig erforderlich notwendig leer
schwach stark sicher unsicher geändert gespeichert geheim bekannt unbekannt einfach schwer kompliziert gleich
dasselbe anders wichtig weg nicht noch schon immer wieder auch sehr ganz etwas alles nichts vergessen kein keine
mein dein unser euer wohl leider wahrscheinlich dort hier dafür неверный неправильный верный правильный другой такой
тот этот новый старый простой сложный слабый сильный длинный короткий нужен важно важный очень просто прежний общий
секретный забыт изменен сменили сменил поменяли поменял забыл забыла забыли тоже самый опять снова где какой какая
надо можно нельзя пока ещё еще уже есть всегда никогда хорошо плохо хороший плохой самое святое смешно странно
понятно потом сейчас здесь там
""")
#: Between quotes also several words.
QUOTED = re.compile(r"(?:\s(?:is|ist|это|lautet|был)|\s?[:=])\s?[\"'«„“]([^\"'»“”\n]{3,60})[\"'»“”]")
#: Words that may stand between the cue and the secret.
REACH = 12
TIME = re.compile(
    r"\d{1,2}[:.]\d{2}|[\d.,/:€$%+-]+(?:kg|km|g|cm|mm|min|h|m|€|/10)?|\d+(?:st|nd|rd|th|er|x|k|pm|am)|"
    r"[\d.,:+-]+[^\W\d_]{1,8}|[^\W\d_]+[-/]\d{1,2}"
)
#: A symbol that no word has inside.
INNER = re.compile(r"[^\W_][#!$%^*][^\W_]")
#: Words run together around a digit.
PHRASE = re.compile(r"(?=.{12})[^\W\d_]{4,}\d{1,2}[^\W\d_]{4,}")
HANDLE = re.compile(r"[@#]\w+")
EDGE = ".,;!?…:)*_~`"


class PasswordMasker:
    def find(self, text: str) -> Iterator[Span]:
        digits = DIGIT.search(text) is not None
        marks = ":" in text or "=" in text or "-" in text or "—" in text
        for cue in CUE.finditer(lower(text)):
            yield from _announced(text, cue, digits=digits, marks=marks)


class BarePasswordMasker:
    """Without any cue only what no ordinary word looks like."""

    def find(self, text: str) -> Iterator[Span]:
        if not DIGIT.search(text) and not INNER.search(text):
            return
        for token in TOKEN.finditer(text):
            word = token[0].rstrip(EDGE)
            if 8 <= len(word) <= 40 and looks_secret(word) and (_is_chequered(word) or PHRASE.fullmatch(word)):
                yield _span(text, *token.span())


def _announced(text: str, cue: re.Match[str], *, digits: bool, marks: bool) -> Iterator[Span]:
    surely = cue["surely"] is not None
    likely = surely or cue[0] in ("pass", "пас")
    if surely and (quoted := QUOTED.match(text, cue.end())):
        yield mask("password", *quoted.span(1))
        return
    assigned = ASSIGNED.match(text, cue.end()) if marks else None
    if assigned and _may_be_assigned(assigned[1].rstrip(EDGE), surely=likely):
        yield _span(text, *assigned.span(1))
    elif surely and (said := SAID.match(text, cue.end())) and _is_meant(said):
        yield _span(text, *said.span("value"))
    elif digits and likely and (bare := NUMBER.match(text, cue.end())):
        yield mask("password", *bare.span(1))
    elif digits and (likely or not PUBLIC.search(text, max(0, cue.start() - 14), cue.end() + 12)):
        if before := BEHIND.search(text, max(0, cue.start() - 110), cue.start()):
            yield _span(text, *before.span("value"))
        yield from _near(text, cue.end(), surely=likely)


def _may_be_assigned(word: str, *, surely: bool) -> bool:
    """``password: ...``: anything but a time, a link, an everyday word; behind ``login:`` only what looks secret."""
    if len(word) < 3 or word.startswith(("//", "<", "@", "http")) or (TIME.fullmatch(word) and not word.isdigit()):
        return False
    if surely:
        return word.lower() not in ORDINARY and (len(word) > 3 or DIGIT.search(word) is not None)
    return (
        looks_secret(word) or (word.isdigit() and len(word) > 3) or (INNER.search(word) is not None and len(word) > 5)
    )


def _is_meant(said: re.Match[str]) -> bool:
    """``pw is sunshine``: one word that ends the sentence, or is quoted, and is none that such sentences end with."""
    word = said["value"].rstrip(EDGE)
    if word.lower() in ORDINARY or len(word) < 4 or word.startswith(("<", "@", "http")):
        return False
    ends = not said["rest"].strip() or said["value"][-1:] in ".,;!?)" or said["rest"][:1] in ".,;!?)\"'«»“”`"
    return bool(said["quote"]) or ends or looks_secret(word) or not word.isalpha()


def _near(text: str, position: int, *, surely: bool) -> Iterator[Span]:
    for count, token in enumerate(TOKEN.finditer(text, position, position + 400)):
        if count >= REACH or "\n\n" in text[position : token.start()]:
            return
        word = token[0].rstrip(EDGE)
        if looks_secret(word) and (surely or INNER.search(word) or sum(map(str.isdigit, word)) > 1):
            yield _span(text, *token.span())
            return


def _is_chequered(word: str) -> bool:
    """Letters of both cases with a digit and a mark that only passwords have, or the marks of no formula or name."""
    mixed = any(c.isupper() for c in word) and any(c.islower() for c in word)
    return mixed and INNER.search(word) is not None and not re.search(r"[=()\[\]{}/\\|&]", word)


def looks_secret(word: str) -> bool:
    """At least six characters with letters and digits, and no time, measure, link or handle."""
    if (
        len(word) < 6
        or TIME.fullmatch(word)
        or word.startswith(("http", "www.", "user_", "<"))
        or HANDLE.fullmatch(word)
    ):
        return False
    letters = sum(c.isalpha() for c in word)
    digits = sum(c.isdigit() for c in word)
    return letters >= 2 and digits >= 1 and ".." not in word


def _span(text: str, start: int, end: int) -> Span:
    while end > start + 1 and text[end - 1] in EDGE:
        end -= 1
    return mask("password", start, end)
