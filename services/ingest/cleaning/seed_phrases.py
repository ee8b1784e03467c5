"""Recovery phrases: twelve or more plain words in a row of which none is a function word.

The words of BIP-39 have three to eight letters, and hardly any article, pronoun or preposition is among them, while no
sentence of twelve words does without. So the list itself is not needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.ingest.cleaning.masking import Span, mask

WORDS = re.compile(
    r"(?<![\w'’-])(?:(?:\d{1,2}[.)] ?)?[A-Za-z]{3,8}[ ,\n]{1,3}){11,}(?:\d{1,2}[.)] ?)?[A-Za-z]{3,8}(?![\w'’-])"
)
WORD = re.compile(r"[A-Za-z]+")
LEAST = 12
_FUNCTION_WORDS = """
the and for are was were been being not but his had has have its our out who how why may from which where these
those their them him she her hers your yours mine with than too very would could should did does done got get
getting went goes going went said says some and nor yet off per via back came come here there what when then they
you your this that because before after until while though since without der die das und ist ein eine einen einem
nicht ich wir ihr sie mit auf für von dem den des als auch noch nur aber wenn weil dass wie was wer hat habe haben
sind war bin bist bei zum zur aus nach vor über unter doch schon mal mir dir mich het een van met niet voor maar ook
dat die naar aan bij los las una por con para
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())


class SeedPhraseMasker:
    def find(self, text: str) -> Iterator[Span]:
        for run in WORDS.finditer(text):
            yield from _runs(text, run)


def _runs(text: str, run: re.Match[str]) -> Iterator[Span]:
    """The stretches without a function word that are long enough."""
    begin: int | None = None
    end = count = 0
    for word in [*WORD.finditer(text, *run.span()), None]:
        if word is not None and word[0].lower() not in FUNCTION_WORDS:
            begin, end, count = word.start() if begin is None else begin, word.end(), count + 1
            continue
        if begin is not None and count >= LEAST:
            yield mask("seed_phrase", begin, end)
        begin, count = None, 0
