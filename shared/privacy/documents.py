"""Identity documents and tax numbers: by checksum where that is strong, else beside a word that names the document."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from stdnum.es import dni, nie
from stdnum.nl import bsn
from stdnum.pt import nif
from stdnum.ru import inn

from shared.privacy.masking import Span, mask

CUE = re.compile(
    r"(?i)\b(?:passport\w*|passeport|pasaporte|reisepass\w*|paspoort\w*|ausweis\w*|identity|"
    r"id[- ]?(?:card|number|no\.?|kaart)|"
    r"documento|document (?:number|no)|bsn|burgerservicenummer|sofi\w*|ssn|social security|svnr|sozialversicherung\w*|"
    r"steuer[- ]?(?:id|nummer)\w*|tax (?:id|number|no)|nif|nie|dni|national insurance|driv\w+ licen[cs]e|rijbewijs\w*|"
    r"führerschein\w*|führerausweis|паспорт\w*|загран\w*|инн|снилс|удостоверен\w*|права|полис\w*|серия)\b"
)
#: Six to fourteen letters and digits with at least five digits; a Russian passport has a space after its series.
NUMBER = re.compile(
    r"(?<![\w+.-])(?:\d{2} ?\d{2} ?\d{6}|[A-Za-z]{0,3}[ -]?\d{5,12}[A-Za-z]{0,2}|\d{3}-\d{2}-\d{4})(?![\w-])"
)
SNILS = re.compile(r"(?<![\w-])\d{3}-\d{3}-\d{3}[ -]\d{2}(?!\w)")
SSN = re.compile(r"(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")
INN = re.compile(r"(?<![\w+.-])\d{12}(?!\w)")
SPANISH = re.compile(r"(?<!\w)[XYZxyz\d]\d{7}[A-Za-z](?!\w)")
NINE = re.compile(r"(?<![\w+.,-])\d{9}(?![\w-]|[.,]\d)")
PASSPORT = re.compile(r"(?<![\w-])[A-Z]\d{7,8}(?!\w)")
#: Characters between the word and its number.
REACH = 90


def _is_spanish(number: str) -> bool:
    return bool(dni.is_valid(number) or nie.is_valid(number))


def _is_nine_checked(number: str) -> bool:
    """A Dutch BSN or a Portuguese NIF."""
    return bool(bsn.is_valid(number) or nif.is_valid(number))


#: Told by their shape alone, or by shape and checksum.
CHECKED: tuple[tuple[re.Pattern[str], Callable[[str], bool] | None], ...] = (
    (SNILS, None),
    (SSN, None),
    (PASSPORT, None),
    (INN, inn.is_valid),
    (NINE, _is_nine_checked),
    (SPANISH, _is_spanish),
)


class DocumentMasker:
    def find(self, text: str) -> Iterator[Span]:
        for pattern, valid in CHECKED:
            for match in pattern.finditer(text):
                if valid is None or valid(match[0]):
                    yield mask("document", *match.span())
        for cue in CUE.finditer(text):
            near = NUMBER.search(text, cue.end(), cue.end() + REACH)
            if near:
                yield mask("document", *near.span())
