"""Phone numbers: validated with Google's numbering plans, so that dates, prices and plain numbers stay."""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from shared.privacy.cues import Cue
from shared.privacy.masking import Span, mask

RUN = re.compile(
    r"(?<![\w/#<@&=%$€£^*])(?<!\d[.,:])(?<![^\W_]-)(?:\(?\+ ?\(?|\()?\d(?:[ \t().\-/]{0,3}\d){4,24}(?!\d|[%€$£]|"
    r"[^\W\d_x]|[.,:]\d)"
)
PIECE = re.compile(r"\S{9,}")
DATE = re.compile(
    r"(?:\d{4}([-./])\d{1,2}\1\d{1,2}|\d{1,2}([-./])\d{1,2}\2(?:\d{4}|\d{2})|\d{1,2} \d{1,2} (?:19|"
    r"20)\d{2})(?:[ T]+\d{1,2}){0,3}"
)
THOUSANDS = re.compile(r"\d{1,3}(?:[ .]\d{3})+")
RANGE = re.compile(r"(?:(?:1[89]|20)\d{2} ?[-/] ?(?:1[89]|20)\d{2})|(?!0)\d{1,5} ?- ?\d{1,5}|\d+\.\d+|\d{1,5}/\d{1,5}")
EXTENSION = re.compile(r" ?(?:x|ext\.?|доб\.?|durchwahl|-office) ?\d{1,6}\b", re.IGNORECASE)
ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
#: What one calls: a number behind it is one to call.
CUE = Cue(
    r"(?:tele|smart|cell|mobile )?phones?(?: (?:number|no\.?|#))?", r"mobiles?", r"cell", r"tel\.?(?:-?nr\.?)?",
    r"telefon\w*", r"fax", r"landline", r"ph\.?", r"phn", r"сбп",
    r"call(?:ing)?(?: (?:me|us|him|her|back|now))?(?: (?:on|at))?", r"ring(?: me)?", r"text(?: me)?", r"whats? ?app",
    r"viber", r"signal", r"sms", r"dial",
    r"reach(?: me| us)?(?: (?:on|at))?", r"contact", r"answer\w*", r"messages? to", r"registered",
    r"(?:my|his|her|their|our|work|home|new) (?:number|nr|no\.)", r"(?:mein|seine|ihr|unser|neu)\w* nummer",
    r"\w*handy\w*", r"schreib\w* mir(?: auf)?", r"mobil\w*", r"festnetz\w*", r"rufnummer", r"durchwahl", r"ruf\w*",
    r"anruf\w*", r"anzurufen", r"angerufen", r"erreichbar", r"erreich\w+",
    r"bel", r"mobiel", r"móvil", r"telemóvel", r"teléfono", r"téléphone", r"т\.", r"тел\w*\.?", r"моб\w*\.?",
    r"сот\w*\.?", r"звони\w*", r"\w*звон\w+",
    r"набер\w+", r"набрать", r"ватс?ап\w*", r"вотс?ап\w*", r"вайбер\w*", r"смс\w*",
    r"(?:мой|моя|его|её|ее|наш|новый|рабочий|домашний) номер\w*", r"desk", r"office",
    r"номер(?:ок|очек) (?:мой|его|её|ее)", r"трубк\w+",
)  # fmt: skip
NUMBER = Cue(r"numbers?", r"num", r"номер\w*", r"nummern?", r"nr\.?", r"numéro", r"número")
OTHER = Cue(
    r"orders?", r"track\w*", r"invoices?", r"tickets?", r"flights?", r"rooms?", r"bestell\w*", r"auftrag\w*",
    r"rechnung\w*", r"kunden\w*", r"sendung\w*",
    r"artikel\w*", r"article", r"ref\w*", r"serial", r"serien\w*", r"seriennummer", r"parcel", r"case", r"заказ\w*",
    r"трек\w*", r"посылк\w*", r"билет\w*",
    r"рейс\w*", r"артикул\w*", r"договор\w*", r"накладн\w*", r"заявк\w*", r"обращени\w*", r"счет\w*", r"isbn",
    r"issue", r"part", r"id", r"model", r"inventar\w*",
)  # fmt: skip
#: Without any word, Russian mobile numbers and North American ones as they are printed.
PRINTED = re.compile(
    r"\(?(?:8|7)[ -]?\(?9\d\d\)?[ -]?\d{3}[ -]?\d\d[ -]?\d\d|(?:1[ .-])?(?:\([2-9]\d\d\) ?|"
    r"[2-9]\d\d[.-])\d{3}[.-]\d{4}|\([2-9]\d\d\) ?\d{3} \d{4}"
    r"|8[ -]\(?\d{3}\)?[ -]\d{3}[ -](?:\d\d[ -]\d\d|\d{4})|8[ -]?\([348]\d{2,4}\)[ -]?\d{1,3}[ -]?\d\d[ -]?\d\d|"
    r"\(\d{2,5}\) ?\d{3,4}[ -]?\d{3,4}"
)
#: A number right before: it is one of a row.
ROW = re.compile(r"\d[ ,;]{1,2}\Z")
#: Tried for numbers without a country code; the regions of one's own chats come first in practice.
REGIONS = (
    "RU",
    "DE",
    "US",
    "GB",
    "UA",
    "BY",
    "KZ",
    "NL",
    "AT",
    "CH",
    "ES",
    "PT",
    "FR",
    "IT",
    "BE",
    "PL",
    "RS",
    "SE",
    "IN",
)
#: Nobody writes more numbers in a text: the rest are masked unexamined where they are long enough.
LIMIT = 400


class PhoneMasker:
    """
    Args:
        regions: ISO codes whose national formats are recognised without a country code.
    """

    def __init__(self, regions: tuple[str, ...] = REGIONS) -> None:
        self._regions = regions

    def find(self, text: str) -> Iterator[Span]:
        for count, run in enumerate(RUN.finditer(text)):
            if count > LIMIT:
                yield mask("phone", *run.span())
            elif self._is_phone(text, *run.span()):
                yield mask("phone", run.start(), _with_extension(text, run.end()))
            elif " " in run[0] and len(run[0]) > 16:
                yield from self._pieces(text, run)

    def _pieces(self, text: str, run: re.Match[str]) -> Iterator[Span]:
        """Two numbers beside each other make one run."""
        for piece in PIECE.finditer(text, *run.span()):
            if self._is_phone(text, *piece.span()):
                yield mask("phone", *piece.span())

    def _is_phone(self, text: str, start: int, end: int) -> bool:
        number = text[start:end]
        digits = re.sub(r"\D", "", number)
        if any(pattern.fullmatch(number) for pattern in (DATE, ADDRESS)):
            return False
        called = CUE.beside(text, start, end, before=60, after=30)
        if "+" in number[:3] or (digits.startswith("00") and len(digits) > 9):
            return _international(
                "+" + digits.removeprefix("00"), lenient=called or (number[0] == "+" and number != "+" + digits)
            )
        if len(digits) > 15 or (RANGE.fullmatch(number) and not (called and len(digits) > 6)):
            return False
        if OTHER.before(text, start, 25) is not None:
            return False
        if called and (_is_right_behind(text, start, digits, number) or self._is_valid(number)):
            return True
        if NUMBER.before(text, start, 25) is not None and len(digits) > 6 and self._is_valid(number):
            return True
        return not ROW.search(text[max(0, start - 4) : start]) and self._is_printed(number, digits)

    def _is_valid(self, number: str) -> bool:
        return any(_valid(_parse(number, region)) for region in self._regions) or _international(
            "+" + re.sub(r"\D", "", number), lenient=False
        )

    def _is_printed(self, number: str, digits: str) -> bool:
        """Without a word: grouped as the plan of a region has it, so that rows of other numbers stay."""
        if PRINTED.fullmatch(number):
            return True
        if (
            not 9 + (number[0] in "0(") <= len(digits) <= 12
            or THOUSANDS.fullmatch(number)
            or not (number[0] in "0(" or re.search(r"\D", number))
        ):
            return False
        return any(_is_grouped(number, region) for region in self._regions)


def _is_right_behind(text: str, start: int, digits: str, number: str) -> bool:
    cue = CUE.before(text, start, 25)
    if cue is None or (THOUSANDS.fullmatch(number) and digits.endswith("000")):
        return False
    between = text[cue.end : start]
    plain = re.fullmatch(
        r"[\s:=.,#№—–*-]{0,4}(?:(?:is|ist|number|номер|nummer|nr|no|на|по|unter|on|at|me|it's|это|мне|"
        r"back)[\s.:]{1,2}){0,3}[\s(:*]{0,3}",
        between,
        re.IGNORECASE,
    )
    return (plain is not None and len(digits) >= 5) or (len(digits) >= 7 and not digits.endswith("000"))


def _is_grouped(number: str, region: str) -> bool:
    parsed = _parse(number, region)
    if parsed is None or not _valid(parsed):
        return False
    groups = re.findall(r"\d+", number)
    printed = re.findall(r"\d+", phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL))
    if groups == printed:
        return len(groups) > 1 or number[0] == "0"
    trunk = number[0] == "0" or number.startswith("(0")
    if not trunk or "".join(groups) != "".join(printed):
        return False
    return (
        (groups[0] == printed[0] and len(groups[-1]) > 1)
        or len(groups) == 1
        or (
            region == "DE"
            and len(groups[-1]) > 1
            and re.match(r"01[5-7]\d", "".join(groups)) is not None
            and len(groups) < 6
        )
    )


def _with_extension(text: str, end: int) -> int:
    extension = EXTENSION.match(text, end)
    return extension.end() if extension else end


def _international(number: str, *, lenient: bool) -> bool:
    """``lenient``: written out like a number to call, so that the right length is enough."""
    parsed = _parse(number, None)
    return _valid(parsed) or (lenient and parsed is not None and phonenumbers.is_possible_number(parsed))


def _parse(number: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(number, region)
    except NumberParseException:
        return None


def _valid(number: PhoneNumber | None) -> bool:
    return number is not None and phonenumbers.is_valid_number(number)
