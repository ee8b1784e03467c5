"""Identity documents, tax and insurance numbers: by a strong checksum, else beside a word that names the document."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from shared.privacy.cues import Cue
from shared.privacy.masking import Span, mask

_ALONE, _END = r"(?<![\w+=/])(?<!\w[.-])", r"(?![\w=]|[-.,:/]\d)"


def _checked(module: str) -> Callable[[str], bool]:
    """The validity check of a module of python-stdnum."""
    number: Any = import_module(f"stdnum.{module}")
    return lambda text: bool(number.is_valid(text))


def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"{_ALONE}(?:{pattern}){_END}")


DNI, NIE = _checked("es.dni"), _checked("es.nie")

#: Where any of them may begin.
START = re.compile(rf"{_ALONE}(?=[A-Za-z]{{0,6}} ?\d)")
#: Told by shape and checksum alone, or by a shape that nothing else has.
CHECKED: tuple[tuple[re.Pattern[str], Callable[[str], bool] | None], ...] = (
    (_shape(r"\d{3}-\d{3}-\d{3}[ -]\d{2}"), None),  # SNILS
    (_shape(r"(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}"), None),  # US social security
    (_shape(r"\d{12}"), _checked("ru.inn")),
    (_shape(r"\d{2}([ -])\d{3}\1\d{3}\1\d{3}"), _checked("de.idnr")),
    (_shape(r"\d{2} ?\d{6} ?[A-Z] ?\d{3}"), None),  # German pension insurance
    (_shape(r"(?![DFIQUV])[A-Z](?![DFIQUVO])[A-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]"), None),  # British national insurance
    (_shape(r"\d{2} ?\d{2} ?(?:№|No\.?|N) ?\d{6}|\d{2} \d{2} \d{6}"), None),  # Russian passport
    (_shape(r"[A-Z]\d{7}"), None),  # passports of Austria, India and others
    (_shape(r"[XYZxyz\d]\d{7}-?[A-Za-z]"), lambda n: DNI(n) or NIE(n)),
    (_shape(r"[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]"), _checked("it.codicefiscale")),
    (_shape(r"\d{3}\.\d{3}\.\d{3}-\d{2}"), _checked("br.cpf")),
    (_shape(r"756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}"), _checked("ch.ssn")),
    (_shape(r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}"), _checked("be.nn")),
    (_shape(r"\d{6}[-+]\d{4}"), _checked("se.personnummer")),
    (_shape(r"\d{6}[-+A]\d{3}[0-9A-Y]"), _checked("fi.hetu")),
)

#: A Dutch BSN or a Portuguese NIF: a check digit that one in ten other numbers has too, so not where it is of a thing.
NINE = _shape(r"\d{9}")
BSN, NIF = _checked("nl.bsn"), _checked("pt.nif")
THING = Cue(
    r"order\w*", r"ticket\w*", r"tracking", r"invoice\w*", r"ref\w*", r"parcel", r"case", r"bestell\w*", r"auftrag\w*",
    r"rechnung\w*", r"sendung\w*", r"vorgang\w*", r"заказ\w*", r"трек\w*", r"счёт\w*", r"накладн\w*", r"обращени\w*",
    r"заявк\w*",
)  # fmt: skip

#: Words that name a document which people have, of whatever country.
CUE = Cue(
    r"pass?port\w*(?: ?(?:number|no\.?|#|nr\.?))?", r"passeport", r"pasaporte", r"reisepass\w*", r"paspoort\w*",
    r"pass(?:nummer|nr\.?|-nr\.?)",
    r"(?:\w*ausweis|perso)(?:-?\s?(?:nummer|nr\.?))?\w*", r"perso", r"identity",
    r"id[- ]?(?:card|number|no\.?|kaart|doc\w*)", r"identification(?: number)?",
    r"documento", r"document(?: (?:number|no))?", r"bsn", r"burgerservicenummer", r"sofi\w*", r"ssn",
    r"socials?(?: security)?(?: ?(?:number|no\.?|#))?",
    r"svnr", r"sv-?nummer", r"(?:sozial|renten|kranken)\w*(?:nummer|nr\.?|-nr\.?|ausweis)", r"sozialversicherung\w*",
    r"rentenversicherung\w*",
    r"krankenkasse\w*", r"kvnr", r"steuer[- ]?(?:id\w*|nummer|nr\.?|identifikations\w*)", r"idnr\.?", r"tin",
    r"identifikationsnummer", r"st\.?-?nr\.?",
    r"tax ?(?:id|number|no\.?|payer)\w*", r"taxpayer", r"itin", r"nif", r"nie", r"dni", r"cpf", r"pesel", r"aadhaar",
    r"curp",
    r"national insurance", r"nino?", r"ni number", r"nhs(?: number)?", r"driv\w+'?s? ?licen[cs]e", r"dl(?: number)?",
    r"licen[cs]e (?:number|no\.?)",
    r"rijbewijs\w*", r"führerschein\w*", r"führerausweis", r"паспорт\w*", r"загран\w*", r"инн", r"inn", r"снилс\w*",
    r"snils", r"удостоверени\w*",
    r"водительск\w+(?: (?:прав\w*|удостоверени\w*))?", r"права (?:серии|серия|номер|№)", r"ву", r"полис\w*", r"омс",
    r"сери[яи]", r"военн\w+ билет\w*",
    r"свидетельств\w+", r"visa number", r"green card", r"pension (?:number|no\.?)",
    r"идентификационн\w+ номер\w*(?: налогоплательщика)?", r"ид\w* налогоплательщика", r"permanent resident",
    r"aufenthaltstitel",
)  # fmt: skip
#: One of them is in every such word.
STEMS = (
    "pass",
    "pasa",
    "paspo",
    "ausweis",
    "perso",
    "ident",
    "id",
    "document",
    "bsn",
    "burger",
    "sofi",
    "ssn",
    "social",
    "sozial",
    "svnr",
    "sv-",
    "svn",
    "renten",
    "kranken",
    "kvnr",
    "steuer",
    "tin",
    "st.",
    "st-",
    "stnr",
    "tax",
    "nif",
    "nie",
    "dni",
    "cpf",
    "pesel",
    "aadhaar",
    "curp",
    "insurance",
    "nin",
    "ni n",
    "nhs",
    "driv",
    "dl",
    "licen",
    "rijbew",
    "führer",
    "паспорт",
    "загран",
    "инн",
    "inn",
    "снилс",
    "snils",
    "удостов",
    "водит",
    "права",
    "ву",
    "полис",
    "омс",
    "сери",
    "военн",
    "свидет",
    "visa",
    "green card",
    "pension",
    "налогопл",
    "идентиф",
    "resident",
    "aufenthalt",
)
#: Digits in groups, perhaps behind letters; or letters and digits in one word.
NUMBER = re.compile(
    rf"{_ALONE}(?:(?:[A-Za-zА-я]{{1,3}}-?)?\d(?:(?:[ /-]|[ ]?(?:№|No\.?|N|"
    rf"номер) ?)?\d){{4,17}}(?: ?[A-Za-z](?: ?\d{{3}})?)?"
    rf"|(?=(?:[A-Za-z]{{0,9}}\d){{2}})[A-Z\d]{{6,14}}|(?=[A-Z]{{0,8}}\d)[A-Z\d]{{9}}|(?=(?:[a-z]{{0,9}}\d){{2}})[a-z\d]{{7,14}}){_END}"
)
YEARS = re.compile(r"(?:1[5-9]|20)\d{2} ?[-/] ?(?:1[5-9]|20)\d{2}")
#: Characters between the word and its number.
REACH = 45


class CheckedDocumentMasker:
    """Those that need no word."""

    def find(self, text: str) -> Iterator[Span]:
        for start in START.finditer(text):
            for pattern, valid in CHECKED:
                match = pattern.match(text, start.start())
                if match and (valid is None or valid(match[0])):
                    yield mask("document", *match.span())
        for match in NINE.finditer(text):
            if (BSN(match[0]) or NIF(match[0])) and not THING.before(text, match.start()):
                yield mask("document", *match.span())


class NamedDocumentMasker:
    """Those beside a word that names them."""

    def find(self, text: str) -> Iterator[Span]:
        for match in NUMBER.finditer(text):
            if not YEARS.fullmatch(match[0]) and CUE.beside(text, *match.span(), before=REACH, after=30):
                yield mask("document", *match.span())
