"""How much of a text that is still being written is settled: can no longer become part of something private.

One rule for all detectors. What they find is a word, or a run of words that are unlike prose: they have a digit, a
capital, or join the parts of an address ("at", "dot", "street"), and only a few plain words stand between two of them.
So such a word opens a run, and the run is over once more plain words have followed than any find has inside. Of plain
words alone are recovery phrases, and of anything at all are key blocks; these two have a rule each. Words are looked at
one by one from the left, so that the answer does not depend on how the text came.
"""

from __future__ import annotations

import re

from shared.privacy.detectors import find_in
from shared.privacy.seed_phrases import FUNCTION_WORDS

#: Plain words that may stand between two parts of one find, by what the part before them is.
AFTER_CAPITAL, AFTER_JOINT, AFTER_DIGITS = 1, 3, 3
#: So many digits may be anything until the words behind them say what: "49 30 1234567 ... call me there".
MANY_DIGITS, AFTER_MANY = 5, 12

WORD = re.compile(r"\S+")
DIGIT = re.compile(r"\d")
CAPITAL = re.compile(r"[\W_]*[^\W\d_]")
#: Joins the words on both sides of it.
JOINT = re.compile(r"(?i)[(\[{]?(?:@|at|ät|dot|punkt|собака|точка)[)\]}]?")
#: In lower case too.
STREET = re.compile(
    r"(?i)(?:rua|calle|rue|via|viale|avenida|avenue|carrer|plaza|praça|travessa|ulica|ul\.?|kaia)"
    r"|(?:клх|ул|улиц\w*|пр|пр-к?т|просп\w*|пер|переул\w*|наб\w*|бул\w*|б-р|ш|шоссе|пл|площад\w*|алл\w*|туп\w*|проезд\w*|"
    r"г|город\w*|п|пос|с|ст|д|дом\w*|кв|квартир\w*|корп\w*|стр|к|оф|подъезд\w*)\.?,?"
    r"|[\w-]*(?:stra(?:ß|ss)e|str\.|straat|gasse|platz|plein|allee|kade|laan|gracht|dijk|steeg|singel|gürtel|weg|hof),?"
)
PHRASE_WORD = re.compile(r"([a-z]{3,8}|[A-Z]{3,8}),?|\d{1,2}[.)]")
KEY_BLOCK = re.compile(r"-----BEGIN (?:(?!-----END )[\s\S])*\Z")


def settled(text: str, known: int = 0) -> int:
    """A length in characters; what is behind it has to wait.

    Args:
        known: so much is settled, by an earlier call.
    """
    words = list(WORD.finditer(text))
    under_way = words.pop().start() if words and words[-1].end() == len(text) else len(text)
    block = KEY_BLOCK.search(text)
    at = min(_run_begins(text, words), _phrase_begins(words, under_way), block.start() if block else under_way)
    if at <= known:
        return known
    return next((max(span.start, known) for span in find_in(text) if span.start < at < span.end), at)


def _run_begins(text: str, words: list[re.Match[str]]) -> int:
    """Where the run of words at the end begins that may yet be found; without one, where the last word does."""
    begin: int | None = None
    patience = digits = 0
    for position, word in enumerate(words):
        reach = _reach(word[0])
        if reach and begin is None:
            begin = words[position - 1 if position and JOINT.fullmatch(word[0]) else position].start()
            digits = 0
        if found := DIGIT.findall(word[0]):
            digits += len(found)
            reach = AFTER_MANY if digits >= MANY_DIGITS else reach
        patience = max(patience - 1, reach + 1 if reach else 0)
        if not patience:
            begin = None
    if begin is not None:
        return begin
    return len(text) if not words or "\n" in text[words[-1].end() :] else words[-1].start()


def _reach(word: str) -> int:
    """Plain words that may stand between this one and the next part of a find; 0 for a plain word."""
    if DIGIT.search(word):
        return AFTER_DIGITS
    if JOINT.fullmatch(word) or STREET.fullmatch(word):
        return AFTER_JOINT
    first = CAPITAL.match(word)
    return AFTER_CAPITAL if first and first[0][-1].isupper() else 0


def _phrase_begins(words: list[re.Match[str]], otherwise: int) -> int:
    """Where the words at the end begin that may become a recovery phrase."""
    begin = otherwise
    for word in reversed(words):
        match = PHRASE_WORD.fullmatch(word[0])
        if match is None or (match[1] and match[1].lower() in FUNCTION_WORDS):
            break
        begin = word.start()
    return begin
