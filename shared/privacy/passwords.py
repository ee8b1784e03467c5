"""Passwords and door codes: what looks like a secret after a word that announces one, in several languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared.privacy.masking import Span, mask

CUE = re.compile(
    r"(?i)\b(?:pass ?words?|passwd|pwd|pass ?codes?|pass ?phrases?|pass|pw|pin(?: code)?|login|"
    r"log(?:ged)? in|credentials|"
    r"codes?|combination|opens? with|wi-?fi|wlan|router|passw[oö]rt\w*|kennwort\w*|zugang\w*|code|zahlenschloss|"
    r"wachtwoord\w*|contraseña|senha|mot de passe|парол\w*|код\w*|пинкод\w*|пин|логин\w*|вайфай\w*)\b"
)
DIGIT = re.compile(r"\d")
#: With superscripts and their like, which count as digits of a secret too.
ANY_DIGIT = re.compile(
    rf"[\d{''.join(c for c in map(chr, range(0xB2, 0x1F10B)) if c.isdigit() and not c.isdecimal())}]"
)
TOKEN = re.compile(r"[^\s\"'«»“”„<>()]+")
STRONG = re.compile(r"\s?[:=]\s*[\"'«“„]?([^\s\"'«»“”„<>]{4,})")
#: Words that may stand between the cue and the secret.
REACH = 12
TIME = re.compile(r"\d{1,2}[:.]\d{2}|[\d.,/:€$%+-]+(?:kg|km|g|cm|mm|min|h|m|€|/10)?|\d+(?:st|nd|rd|th|er|x|k|pm|am)")
#: A symbol that no word has inside, or one digit in the middle of twelve letters.
INNER = re.compile(r"\w[#!$%^*~]\w|^(?=.{12})[^\W\d_]{4,}\d{1,2}[^\W\d_]{4,}")
EDGE = ".,;!?…:)*_~`"


class PasswordMasker:
    def find(self, text: str) -> Iterator[Span]:
        digits = ANY_DIGIT.search(text) is not None
        if not digits and ":" not in text and "=" not in text:
            return
        for cue in CUE.finditer(text):
            yield from _assigned(text, cue)
            if digits:
                yield from _announced(text, cue)
        if DIGIT.search(text):
            yield from _bare(text)


def _assigned(text: str, cue: re.Match[str]) -> Iterator[Span]:
    """``password: ...`` - whatever is assigned, but only right behind the word."""
    match = STRONG.match(text, cue.end())
    if match and not TIME.fullmatch(match[1].rstrip(EDGE)) and not match[1].startswith("//"):
        yield _span(text, match.start(1), match.end(1))


def _announced(text: str, cue: re.Match[str]) -> Iterator[Span]:
    for count, token in enumerate(TOKEN.finditer(text, cue.end())):
        if count >= REACH:
            return
        if looks_secret(token[0].rstrip(EDGE)):
            yield _span(text, *token.span())
            return


def _bare(text: str) -> Iterator[Span]:
    """Without any cue only what no ordinary word looks like."""
    for token in TOKEN.finditer(text):
        word = token[0].rstrip(EDGE)
        if looks_secret(word) and "/" not in word and (INNER.search(word) or _is_chequered(word)):
            yield _span(text, *token.span())


def _is_chequered(word: str) -> bool:
    """Letters of both cases with digits and two inner symbols: ``Haven-Zwaan-2291``."""
    mixed = any(c.isupper() for c in word) and any(c.islower() for c in word)
    return mixed and len(re.findall(r"[^\w.,/@:&+]", word)) >= 2


def looks_secret(word: str) -> bool:
    """At least six characters with letters and digits, and no time, measure, link or handle."""
    if len(word) < 6 or TIME.fullmatch(word) or word.startswith(("@", "http", "#", "www.", "user_")):
        return False
    letters = sum(c.isalpha() for c in word)
    digits = sum(c.isdigit() for c in word)
    return letters >= 2 and digits >= 1 and ".." not in word


def _span(text: str, start: int, end: int) -> Span:
    while end > start + 1 and text[end - 1] in EDGE:
        end -= 1
    return mask("password", start, end)
