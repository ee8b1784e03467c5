"""Places on the globe: decimal pairs, degrees with minutes, plus codes and three words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared.privacy.cues import Cue
from shared.privacy.masking import Span, mask

_SIDE = r"(?:\s?°?\s?[NSEWnsewСЮВЗсювзO]\b\.?(?:\s?[шд]\.)?|\s?°)?"
_LABEL = r"(?:lat(?:itude)?|lon(?:g(?:itude)?)?|lng|широта|долгота|breite(?:ngrad)?|länge(?:ngrad)?|[NSEW])"
PAIR = re.compile(
    rf"(?<![\w.])(?:geo:)?(?:(?i:{_LABEL})\s?[:=]?\s?)?(-?\d{{1,3}}[.,]\d{{2,}}){_SIDE}"
    rf"\s{{0,2}}[,;/ ]\s{{0,2}}(?:(?i:{_LABEL})\s?[:=]?\s?)?(-?\d{{1,3}}[.,]\d{{2,}}){_SIDE}(?![\w]|[.,]\d)"
)
_DMS = (
    r"\d{1,3}\s?°\s?\d{1,2}(?:[.,]\d+)?\s?(?:[′'’`]|min)?\s?(?:\d{1,2}(?:[.,]\d+)?\s?(?:[″\"”“]|''|′′|"
    r"’’))?\s?[NSEWOСЮВЗсювз]?(?!\w)"
)
DEGREES = re.compile(rf"(?:[NSEW]\s?)?{_DMS}(?:\s?[шд]\.)?(?:[\s,;/]{{1,3}}(?:[NSEW]\s?)?{_DMS}(?:\s?[шд]\.)?)?")
PLUS = re.compile(r"(?<![\w+])[23456789CFGHJMPQRVWX]{4,8}\+[23456789CFGHJMPQRVWX]{2,3}(?![\w+])")
THREE_WORDS = re.compile(r"(?<![\w/:])///[^\W\d_]{3,20}\.[^\W\d_]{3,20}\.[^\W\d_]{3,20}(?![\w/])")
CUE = Cue(
    r"coord\w*",
    r"координат\w*",
    r"koordinat\w*",
    r"gps",
    r"lat\w*",
    r"lon\w*",
    r"lng",
    r"широт\w*",
    r"долгот\w*",
    r"location",
    r"локаци\w*",
    r"геолокаци\w*",
    r"точк\w+",
    r"standort\w*",
    r"breite\w*",
    r"pin",
    r"geo",
    r"maps?",
    r"карт\w+",
)
#: Decimals that place somebody within a few hundred metres; with fewer only beside a word for it.
DECIMALS = 3


class CoordinatesMasker:
    def find(self, text: str) -> Iterator[Span]:
        for match in PAIR.finditer(text):
            first, second = (match[group].replace(",", ".") for group in (1, 2))
            if not (abs(float(first)) <= 90 and abs(float(second)) <= 180):
                continue
            fine = min(len(number.partition(".")[2]) for number in (first, second))
            marked = "°" in match[0] or re.search(r"[A-Za-zА-я]", match[0]) is not None
            dots = "." in match[1] and "." in match[2]
            small = abs(float(first)) < 1 and abs(float(second)) < 1
            if (not small and ((fine >= DECIMALS and dots) or fine > DECIMALS)) or (
                fine >= 2 and (marked or CUE.beside(text, *match.span()))
            ):
                yield mask("coordinates", *match.span())
        if "°" in text:
            for match in DEGREES.finditer(text):
                if re.search(r"[′'’`″\"”]", match[0]):
                    yield mask("coordinates", *match.span())
        if "+" in text:
            for match in PLUS.finditer(text):
                if any(map(str.isalpha, match[0])) or len(match[0]) > 10:
                    yield mask("coordinates", *match.span())
        for match in THREE_WORDS.finditer(text):
            yield mask("coordinates", *match.span())
