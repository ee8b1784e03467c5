"""One-time codes and codes of doors, phones and SIMs: digits beside a word that says so. Error and area codes stay."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared.privacy.cues import Cue
from shared.privacy.masking import Span, mask, mask_matches

#: Four to eight digits, perhaps in two halves; Google writes a G before them.
CODE = re.compile(
    r"(?<![\w+#/@])(?<!\d[.,:])(?:G-\d{6}|\d{2,4}[ -]\d{2,4}(?:[ -]\d{2})?|\d{4,8})(?![\w%€$₽/@-]|[.,:]\d|\s?(?:руб|"
    r"р\.|€|\$|км|km|kg|кг|lines?|строк\w*|zeilen?|files?|файл\w*|symbols?|characters?|символ\w*|zeichen|words?|слов|"
    r"times|раз|people|users|errors?|ошиб\w*|bugs?|min\w*|мин\w*|fehler))"
)
MIXED = re.compile(r"(?<![\w+#/@-])(?=[A-Z]{0,7}\d)(?=\d{0,7}[A-Z])[A-Z0-9]{5,10}(?![\w@-])")
CUE = Cue(
    r"(?:\w+[ -])?codes?", r"passcodes?", r"otp", r"2fa", r"pin(?:[ -]?code)?s?", r"puk", r"m?tans?", r"cvv2?",
    r"cvc2?", r"код\w*", r"пин(?:-?код\w*)?",
    r"\w+-?code", r"\w+codes?", r"\w+pin", r"sms-?code", r"кодик\w*", r"пароль из смс",
    r"(?:bestätigungs|sicherheits|zugangs|einmal)\w+",
    r"one[- ]time (?:password|code)", r"домофон\w*", r"cvc-код", r"geheimzahl", r"zahlencode",
)  # fmt: skip
#: What one types a code in for.
PURPOSE = Cue(
    r"to (?:confirm|verify|log ?in|sign ?in|continue|enter|finish|complete)\w*", r"as (?:your|the|a) \w+",
    r"zur \w+", r"zum \w+", r"для \w+", r"чтобы \w+",
)  # fmt: skip
TYPED = Cue(r"enter", r"use", r"type(?: in)?", r"введи\w*", r"используй\w*", r"gib", r"nutze", r"eingeben")
#: Codes that everybody may know.
PUBLIC = re.compile(
    r"(?i)(?:error|status|exit|return|http|zip|postal|post|area|country|dial\w*|promo\w*|coupon|discount|voucher|"
    r"source|dress|qr|bar|colou?r|hex|"
    r"morse|tax|product|item|model|airport|currency|building|civil|penal|criminal|ascii|char|\bop\b|opcode|byte|machine|legacy|"
    r"python|response|fault|"
    r"ошибк\w*|город\w*|стран\w*|регион\w*|товар\w*|цвет\w*|почтов\w*|индекс\w*|промо\w*|скидк\w*|ответ\w*|оквэд|"
    r"тн ?вэд|октмо|статус\w*|кпп|исходн\w*|"
    r"fehler\w*|rabatt\w*|gutschein\w*|vorwahl|postleit\w*|länder\w*|farb\w*|quell\w*|strich\w*|артикул\w*|бюджетн\w*"
    r"|уголовн\w*)"
)
CLOCK = re.compile(r"(?:[01]?\d|2[0-4])-[0-5]\d")
AT_TIME = re.compile(r"(?i)\b(?:at|from|till|until|by|в|с|до|к|um|ab|von|bis|gegen)\s\Z")
YEAR = re.compile(r"19\d{2}|20[0-2]\d")


#: On the back of a card, with three digits.
BACK = re.compile(r"(?i)(?<!\w)c[vs][vc]2?(?:[ -]?(?:code|код))?[\s:=-]{0,3}(?:is |ist |это )?(\d{3,4})(?!\w)")


class CodeMasker:
    def find(self, text: str) -> Iterator[Span]:
        yield from mask_matches("code", BACK, text, 1)
        for match in CODE.finditer(text):
            if _is_announced(text, match):
                yield mask("code", *match.span())
        for match in MIXED.finditer(text):
            if sum(map(str.isdigit, match[0])) > 1 and _is_announced(text, match, reach=20):
                yield mask("code", *match.span())


def _is_announced(text: str, match: re.Match[str], reach: int = 40) -> bool:
    cue = CUE.before(text, match.start(), reach)
    if cue is not None:
        around, between = text[max(0, cue.start - 14) : match.start()], text[cue.end : match.start()]
        direct = re.fullmatch(
            r"[\s:=—–>-]{0,4}(?:its|it's|is|ist|lautet|это|-|—|№|from|для|for|von|от|mein|мой|твой|now|jetzt|"
            r"here)?[\s:=—–-]{0,3}[\"'«„*`_]{0,3}",
            between,
        )
        if CLOCK.fullmatch(match[0]) and AT_TIME.search(between):
            return False
        year = YEAR.fullmatch(match[0]) is not None and direct is None
        return not (PUBLIC.search(around) or re.search(r"\d{3}", between) or year)
    if PURPOSE.after(text, match.end(), 3) is not None and TYPED.before(text, match.start(), 8) is not None:
        return True
    cue = CUE.after(text, match.end(), 30)
    if cue is None:
        return False
    between = text[match.end() : cue.start]
    is_it = re.fullmatch(
        r"\s?(?:[-—–=:]|is|ist|это|- это|— это)?\s?(?:your|my|the|a|ihr|dein|mein|der|ваш|твой|мой|his|"
        r"her)?\s?(?:\w+ ){0,2}",
        between,
        re.IGNORECASE,
    )
    return is_it is not None and not PUBLIC.search(text[match.end() : cue.end + 16])
