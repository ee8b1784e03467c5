"""Recovery phrases: twelve or more plain words in a row of which none is a function word.

The words of BIP-39 have three to eight letters, and few articles, pronouns and prepositions are among them, while
hardly any sentence of twelve words does without the others. So the list itself is not needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared.privacy.masking import Span, mask

#: As wallets show them: in lower case (or all capitals), with one kind of separator, perhaps numbered.
_WORD = r"(?:[a-z]{3,8}|[A-Z]{3,8})"
_NUMBER = r"(?:\d{1,2}[.)] ?)?"
WORDS = re.compile(
    rf"(?<![\w'’-])(?:{_NUMBER}{_WORD}(?: |, ?|[ \t]{{0,3}}\n[ \t]{{0,3}})){{11,}}{_NUMBER}{_WORD}(?![\w'’-])"
)
FIRST = re.compile(r"(?<!\d)\d{1,2}[.)] ?\Z")
WORD = re.compile(r"[A-Za-z]+")
LEAST = 12
_FUNCTION_WORDS = """
cannot through shall may might while whose
the and for are was were been being not but his had has its our out who how why may from which these those their
them him she her hers your yours mine with than too would could should did does done got get getting went goes going
said says some nor yet per via back came here after while though without der die das und ist ein eine einen einem
nicht ich wir ihr sie mit auf für von dem den des als auch noch nur aber wenn weil dass wie wer habe haben sind war
bin bist bei zum zur aus nach vor über unter doch schon mal mir dir mich het een met niet voor maar ook dat naar aan
bij los las una por con para
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())


class SeedPhraseMasker:
    def find(self, text: str) -> Iterator[Span]:
        if not _has_run(text):
            return
        for run in WORDS.finditer(text):
            yield from _runs(text, run)


def _has_run(text: str) -> bool:
    """Whether twelve words follow each other without a function word; hardly any text has so many."""
    if text.count(" ") + text.count(",") + text.count("\n") < LEAST - 1:
        return False
    count = 0
    for word in text.lower().replace(",", " ").split():
        count = 0 if word in FUNCTION_WORDS else count + 1
        if count == LEAST:
            return True
    return False


def _runs(text: str, run: re.Match[str]) -> Iterator[Span]:
    """The stretches without a function word, and with the same marks between their words, that are long enough."""
    words: list[re.Match[str]] = []
    for word in WORD.finditer(text, *run.span()):
        if word[0].lower() in FUNCTION_WORDS:
            yield from _phrase(words)
            words = []
            continue
        if len(words) > 1 and _comma(text, words[-1], word) != _comma(text, words[-2], words[-1]):
            yield from _phrase(words)
            words = words[-1:]
        words.append(word)
    yield from _phrase(words)


def _comma(text: str, first: re.Match[str], second: re.Match[str]) -> bool:
    return "," in text[first.end() : second.start()]


def _phrase(words: list[re.Match[str]]) -> Iterator[Span]:
    if len(words) >= LEAST:
        start, text = words[0].start(), words[0].string
        first = FIRST.search(text, max(0, start - 4), start)
        yield mask("seed_phrase", first.start() if first else start, words[-1].end())
