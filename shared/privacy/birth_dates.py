"""Dates of birth: a date beside a word of birth. Any other date stays."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared.privacy.cues import Cue
from shared.privacy.masking import Span, mask

_MONTH = (
    r"(?:jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch)?|märz?|mrz|apr(?:il)?|may|mai|june?|juni|july?|juli|aug(?:ust)?|"
    r"sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?|янв(?:ар[яь])?|фев(?:рал[яь])?|мар(?:та?)?|"
    r"апр(?:ел[яь])?|"
    r"ма[яй]|июн[яь]?|июл[яь]?|авг(?:уста?)?|сен(?:т(?:ябр[яь])?)?|окт(?:ябр[яь])?|ноя(?:бр[яь])?|дек(?:абр[яь])?)\.?"
)
_DAY, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|-?го|-?ого)?\.?", r"(?:(?:1[89]|20)\d{2}|'?\d{2}(?!\d))"
_AFTER_YEAR = r"(?:\s?(?:г\.?р\.?|г\.\s?р\.|г\.|года?(?: рождения)?))?"
DATE = re.compile(
    rf"(?i)(?<![\w.,:/-])(?:(?:19|20)\d{{2}}([-./])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])"
    rf"|(?:0?[1-9]|[12]\d|3[01])\s?([-./])\s?(?:0?[1-9]|[12]\d|3[01])\s?\2\s?(?:(?:1[89]|20)\d{{2}}|"
    rf"\d{{2}}){_AFTER_YEAR}"
    rf"|(?:0?[1-9]|[12]\d|3[01]) (?:0[1-9]|1[0-2]) (?:19|20)\d{{2}}|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|"
    rf"20)\d{{2}}"
    rf"|{_DAY}\s?(?:of )?[-/]?{_MONTH}(?:,?[\s/-]?\s?{_YEAR}{_AFTER_YEAR})?"
    rf"|{_MONTH}\s?{_DAY}(?:,?\s{_YEAR})?)(?![\w]|[-./]\d)"
)
#: Without a year, or with the year alone.
SHORT = re.compile(
    r"(?<![\w.,:/-])(?:(?:0?[1-9]|[12]\d|3[01])[./](?:0?[1-9]|1[0-2])\.?(?![\w./]\d)"
    r"|(?:19[2-9]\d|20[01]\d)\s?(?:г\.?\s?р\.?|года рождения|г\.\s?р\.))(?!\w|[.,:/-]\d)"
)
CUE = Cue(
    r"(?:was |were |am |is |i'm )?born(?: on| in)?", r"d\.?o\.?b\.?", r"date of birth", r"birth ?dates?",
    r"birth ?days?", r"b-?day", r"birth", r"dob",
    r"geb\.?", r"geboren\w*", r"geburts(?:datum|tag\w*|tags|jahr)?", r"род\.?", r"родил\w*", r"рождени\w*",
    r"рожд\.?", r"д\.?\s?р\.?",
    r"днюх\w*", r"дата рождения", r"день рождения", r"г\.\s?р\.?", r"гр", r"née?", r"gebdat\w*", r"geb\.? ?dat\w*",
    r"zur welt", r"рожд[её]н\w*", r"д/р",
)  # fmt: skip
OF_BIRTH = re.compile(r"(?i)г\.?\s?р|рождения")
#: A birthday that is only celebrated that day.
FEAST = re.compile(
    r"(?i)\b(?:part(?:y|ies)|celebrat\w+|cake|gift|present|feier\w*|\w+feier|torte|geschenk\w*|вечеринк\w*|отмеча\w*|"
    r"праздну\w*|подар\w*|торт\w*)\b"
)


class BirthDateMasker:
    def find(self, text: str) -> Iterator[Span]:
        for match in DATE.finditer(text):
            if OF_BIRTH.search(match[0]) or _is_birth(text, *match.span(), before=40, after=16):
                yield mask("birth_date", *match.span())
        for match in SHORT.finditer(text):
            if (match[0][-1] in "р.яр" and match[0][:2] in ("19", "20") and len(match[0]) > 5) or _is_birth(
                text, *match.span(), before=22, after=14
            ):
                yield mask("birth_date", *match.span())


def _is_birth(text: str, start: int, end: int, *, before: int, after: int) -> bool:
    cue = CUE.before(text, start, before)
    if cue is None:
        cue = CUE.after(text, end, after)
        return cue is not None and not re.search(r"[\n,;]", text[end : cue.start])
    between = text[cue.end : start]
    return not FEAST.search(between) and not re.search(r"\d{2}", between)
