"""Street addresses: a street with a number and what belongs to it - flat, postal code, town, country - over lines too.

Every number is asked what stands before it: a word for a street, for a flat, or one that announces an address. What
belongs to it is then followed to both sides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared.privacy.cues import Cue
from shared.privacy.masking import Span, mask, mask_matches
from shared.privacy.streets import (
    BEFORE, BEFORE_TOO, BEHIND, DOUBTFUL, ENDINGS, ENGLISH, ENGLISH_TOO, FLAT, FLAT_TOO, GERMAN_BEFORE, RUSSIAN, RUSSIAN_HOUSE,
)  # fmt: skip

NUMBER = re.compile(
    r"(?<![\w:/-])(?<!\d[.,])(?<![#$€£+=])\d{1,6}(?:[кc]\d{1,2}|[A-Za-zА-я](?!\w|\.\w)| [A-Za-zА-я](?!\w|\.\w|\s?\d(?!\d{4})))?(?: ?(?:bis|ter|hs|huis)\b)?(?:[/-]\d{1,4}[A-Za-zа-я]?)*"
    r"(?![\w%€$£°]|[.,:]\d)"
)
#: Behind a number these make it something else than a house.
UNIT = re.compile(
    r"(?i)\s?-?(?:min\w*|uhr|std|stunden?|tage?n?|woche\w*|monat\w*|jahr\w*|euro?s?|km|kg|m|cm|mm|am|pm|hours?|hrs?|h|days?|weeks?|months?|years?|people|"
    r"times|percent|prozent|руб\w*|р|тыс\w*|мин\w*|час\w*|дн\w+|день|лет|год\w*|недел\w*|месяц\w*|раза?|чел\w*|человек\w*|км|кг|шт|x|mal|seconds?|sec|сек\w*)(?![\w])"
)
WORD = re.compile(r"[^\s,;()\[\]\"«»“”„‚<>]+")
#: The street in front of an English number: ``17 Wharf Lane``, ``1600 NW 5th Street``; the type is looked up.
ENGLISH_STREET = re.compile(r",? ?(?:\d{1,5} )?((?:(?:[NSEW]{1,2}\.?|[^\W\d_][\w'’.-]{0,24}|\d{1,3}(?:st|nd|rd|th)) ){1,5}?)([A-Za-z]{2,12})(?![\w'’-])\.?")
_FLAT_WORD = r"(?:flat|apt\.?|apartment|unit|suite|ste\.?|top|tür|stiege|stan|wohnung|whg\.?|кв\.?|квартира|подъезд|корп\.?|корпус|стр\.?|строение|оф\.?|офис|piso|byt|appt\.?|lgh|к\.?|эт\.?|этаж|box|д\.?|дом)"
_FLAT = rf"(?:(?i:{_FLAT_WORD})\s?[№#]?\s?\d{{1,5}}[A-Za-zА-я]?(?:/\d{{1,4}})?(?!\w))"
_POSTCODE = (
    r"(?:[A-Z]{1,2}-)?(?:\d{4} ?[A-Z]{2}(?!\w)|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}(?!\w)|[A-Z]\d[A-Z] ?\d[A-Z]\d(?!\w)|\d{3} \d{2}(?!\d)|\d{2}-\d{3}(?!\d)|\d{4,6}(?:-\d{3,4})?(?![\d:])(?:(?<=\d{5}) [a-zäöüß]{3,20}(?!\w))?)"
)
_JOIN = r"(?:[ \t]{0,4},?[ \t]{0,4}\n(?:[>?* \t]{0,9}\n)?[>?* \t]{0,9},?[ \t]{0,4}|,[ \t]{1,3}|[ \t]{1,3})"
_SMALL = r"(?:nan|am|an|der|den|de|do|da|del|di|la|las|los|upon|ob|nad|na|of|the|on|sur|in(?= \d{5}| [A-ZÄÖÜ])|обл\.?|область|край|район|р-н|г\.?|город|пос\.?|с\.|кв\.м)"
_PLACE = r"[A-ZÀ-ÞĀ-ŽΑ-ΩΆ-ΏА-ЯЁ∆][\w'’.()∆-]*(?<!:)"
_FLOOR = r"(?:\d{1,2}\. ?(?:[Ss]tock\w*|OG|Etage|[Oo]bergeschoss)|EG|DG|Hinterhaus|Vorderhaus|\d{1,2}(?:st|nd|rd|th) floor|\d{1,2}[- ]?(?:й|ый|ой)? этаж)"
TAIL = re.compile(rf"(?:{_JOIN}(?:{_FLAT}|{_FLOOR}|{_POSTCODE}|{_PLACE}|{_SMALL})(?![\w:@])|{_JOIN}\([^)\n]{{2,24}}\)){{1,14}}")
#: After a comma or a line break also lower-case towns, as far as a postal code or the end of the text.
LOWER_TAIL = re.compile(rf"(?:{_JOIN}(?:{_FLAT}|[^\W\d_][\w'’.-]*)){{0,8}}{_JOIN}(?:{_POSTCODE})|(?:,? (?:{_FLAT}))?(?:,\s?[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){{0,2}}){{1,3}}(?=[.!?]?\s*\Z)")
#: Something with a number of its own before a flat: a street.
HEAD = re.compile(r"(?:^|(?<=[\s>(:,]))\d{1,6}[A-Za-z]?(?:[/-]\d{1,5})? [^\n\d]{2,60}?(?:,? ?\d{1,5}[A-Za-z]?(?:[/-]\d{1,5})?\.?)?[,. ]{0,3}(?:\n[>?* \t]{0,9})?\Z")
HOUSE = re.compile(r"(?<![\w.,:])\d{1,4}[A-Za-zА-я]?(?:[/-]\d{1,4}[A-Za-zА-я]?|(?:,? (?:корп|к|стр)\.? ?\d{1,3}))?[,. ]{0,3}(?:\n[>?* \t]{0,9})?\Z")
CAPITALISED = re.compile(r"(?:(?<![\w'’-])[A-ZÀ-ÞĀ-ŽΑ-ΩА-ЯЁ][\w.'’-]*,? ){1,3}\Z")
_CITIES = "москва|мск|питер|спб|санкт-петербург|казань|самара|пермь|екатеринбург|омск|воронеж|калуга|саратов|тверь|новосибирск|уфа|краснодар|ростов(?:-на-дону)?|челябинск|тюмень|киев|минск|алматы"
RUSSIAN_TOWN = re.compile(
    r"(?:(?<!\d)\d{6},?\s)?(?:(?i:россия|рф),?\s)?(?:[А-ЯЁ][а-яё-]{2,24} (?:обл\.?|область|край|респ\.?|республика|р-н|район),?\s){0,2}"
    r"(?:(?:(?i:г|гор|город|пгт|пос|п|с|д|ст|х|клх|дер|станица|село|деревня|посёлок|поселок)\.?\s?[А-ЯЁ]|г\. ?[а-яё])[\w-]{1,30}(?:\s[А-ЯЁ][\w-]{1,30})?(?:\s\([^)\n]{1,30}\))?,?\s|[А-ЯЁ][а-яё-]{2,24},\s|(?<!\w)(?:" + _CITIES + r"),?\s)?\Z"
)
#: Behind these an address follows, also in lower case.
STRONG = Cue(
    r"address(?:es)?(?: to)?", r"adress?en?", r"адрес\w*", r"(?:ship|send|deliver|post|mail)(?:ped|ed|ing)?(?: \w+){0,2} to", r"sent to", r"liv(?:e|es|ed|ing)(?:(?: \w+)? (?:at|in|on))?",
    r"resid(?:e|es|ing)(?: at| in)?", r"moved to", r"return to", r"wohn\w*(?:(?: \w+)? (?:in|im|an|am))?", r"wohnhaft", r"anschrift", r"\w+adresse",
    r"жив[уёе]\w*(?:(?: \w+)? (?:на|в|по))?", r"прожива\w+", r"прописан\w*", r"регистраци\w+", r"переехал\w*(?:(?: \w+)? (?:на|в))?", r"доставк\w*(?: на| в| по)?", r"umgezogen",
    r"(?:приезжай\w*|приходи\w*|заезжай\w*|подъезжай\w*)(?:(?: \w+)? (?:на|по|к))?",
)  # fmt: skip
#: Behind these one may follow: with a capital, or a word that streets have.
CUE = Cue(
    r"located(?: at| in| on)?", r"meet(?:ing)? (?:me |us |you )?at", r"arrived at", r"based (?:at|in)", r"schick\w*(?: \w+){0,3} (?:an|in|nach)", r"достав\w+(?:(?: \w+)? (?:на|в|по))?",
    r"(?:come|came|drive|pop) (?:to|over to|by)", r"pick (?:me |us )?up (?:at|from)", r"(?:house|office|offices|flat|place|restaurant|shop|station|store|hotel|bar) is (?:at|on|in)",
    r"listening on", r"komm\w*(?: \w+){0,3} (?:in|zu|nach)", r"забери\w*(?:(?: \w+)? (?:с|из|на))?", r"drops? (?:\w+ )?off at", r"stops? (?:\w+ )?at", r"corner of",
    r"(?:party|тусовка|вечеринка|квартира|стоматолог|dentist|zahnarzt|wohnung) (?:is )?(?:in|на|at|ist)(?: der| dem)?", r"stay\w* (?:at|in|on)", r"outside", r"hol\w* mich (?:an|in|vor|bei)(?: der| dem)?", r"treff\w* (?:an|in|vor|bei)(?: der| dem)?", r"liefer\w* (?:an|in)",
)  # fmt: skip
STEMS = (
    "adres", "address", "адрес", "ship", "send", "sent to", "deliver", "post", "mail", "live", "living", "locat", "resid", "meet", "moved", "return to", "arrived", "based",
    "wohn", "anschrift", "schick", "жив", "прожив", "езжай", "приход", "достав", "пропис", "регистр", "come ", "came", "drive", "pop ", "pick", " is at", " is on", " is in", "listening",
    "komm", "corner", "off at", "stop", "party", "тусов", "вечерин", "квартир", "стоматол", "dentist", "zahnarzt", "hol", "treff", "wohnung", "stay", "outside", "place", "umgezogen", "liefer", "забери", "переехал",
)
#: Between such a word and the house's number: the street, and small words that lead to it.
ANNOUNCED = re.compile(
    r"[\s:=—–>?*-]{0,8}(?:(?:is|ist|lautet|it is|it's|at|in|on|im|am|to|в|на|по|это|такой|мой|with|here they are|following)[\s:]{1,2}){0,3}(?P<street>(?:[^\W\d_][^\s,\d;:!?\n]{0,24},? ){0,5})(?:д\.? ?|дом |no\.? ?|nr\.? ?)?\Z",
    re.IGNORECASE,
)
FOLLOWED = re.compile(r" (?:\d{1,5} )?(?:[^\W\d_][^\s,\d;:!?]{1,24} ?){1,6}(?:\d{1,5}[A-Za-z]?\b)?")
NOT_STREETS = frozenset(
    "minutes minute min hours hour days day weeks week months month years year people persons times time euros dollars bucks percent am pm uhr stunden stunde tage tag wochen woche "
    "monate monat jahre jahr leute personen mal prozent минут минуты минуту час часа часов дня дней день недели недель месяца месяцев год года лет человек раз рублей рубля этаж этаже "
    "км km miles meters january february march april may june july august september october november december января февраля марта апреля мая июня июля августа сентября октября ноября "
    "декабря januar februar märz mai juni juli oktober dezember chapter page version level step part on at the and is are or with for we you i it more less other different und oder mit von "
    "nach bis um ab gegen about around until till before after over under than only just since в с до от по к за через около примерно после и или но не me us him her them hard flash usb test thumb disk ssd tb gb mb long short big mile second seconds car cars new good best nice first third last right wrong only single food tennis star safe great parking weird cool work inches inch feet foot ft pounds degrees degree points clicks metres plus minus to by into off out up down this that its there here then was were be going go goes getting get do does done not no yes ok okay if so as all any some every per each these those my your his our their".split()
)
ARMY = re.compile(
    r"(?i)(?:(?:psc \d{1,6},? box \d{1,6}|unit \d{1,6},? box \d{1,6}|us(?:ns|nv|s|cgc|nS) [a-z][\w-]{1,24}|cmr \d{1,6},? box \d{1,6}),?\s{1,4})?\b[afd]po,? (?:aa|ae|ap) \d{5}(?:-\d{4})?"
)
BOX = re.compile(r"(?i)(?<!\w)(?:p\.? ?o\.? ?box|postfach|postbox|post office box|а/я|абонентский ящик)\s?№?\s?\d{1,6}(?:,?\s\d{4,6}(?:\s[a-zäöü][\w-]+)?)?")
#: A postal code that is told by itself, or by its town: Dutch, British, Canadian, American, Russian, German.
CODES = re.compile(
    r"(?<![\w-])(?:\d{4} ?(?!AM|PM|CE|BC|AD|UT|GB|MB|KB|TB|HP|PS|EU|US|UK|AI|TV|PC)[A-Z]{2},? [A-Z][a-z]{2,}|[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}(?!\w)|[ABCEGHJ-NPR-TVXY]\d[A-Z] \d[A-Z]\d(?!\w)|[1-9]\d{5}, ?(?:г\.? ?|город )?[А-ЯЁ][а-яё-]{2,})"
)
US_TOWN = re.compile(
    r"(?:[A-Z][a-z'’.-]+ ){0,2}[A-Z][a-z'’.-]+,? (?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]) \d{5}(?:-\d{4})?(?!\d)"
)
#: Characters before a number in which its street stands.
REACH = 70


class AddressMasker:
    def find(self, text: str) -> Iterator[Span]:
        low = text.lower()
        announced = any(stem in low for stem in STEMS)
        for number in NUMBER.finditer(text):
            span = _around(text, number, announced=announced)
            if span is not None:
                yield mask("address", *span)
        if "po " in low or "box" in low or "fach" in low or "а/я" in low or "ящик" in low:
            yield from mask_matches("address", ARMY, text)
            yield from mask_matches("address", BOX, text)
        yield from mask_matches("address", CODES, text)
        yield from mask_matches("address", US_TOWN, text)


def _around(text: str, number: re.Match[str], *, announced: bool) -> tuple[int, int] | None:
    """The address that a number is part of."""
    start, end = number.span()
    begin = max(0, start - REACH)
    line = max(text.rfind("\n", begin, start) + 1, begin)
    words = [*WORD.finditer(text, line, start)][-6:]
    if words and _is_flat(words[-1][0]):
        if (head := _head(text, words[-1].start())) is not None:
            return head, _tail(text, end)
        if match := FLAT_FIRST.match(text, end, end + 90):
            return words[-1].start(), _tail(text, match.end())
    if (flat := FLAT_BEHIND.match(text, end)) and (head := _head(text, start)) is not None:
        return head, _tail(text, flat.end())
    if UNIT.match(text, end):
        return None
    if words and (street := _street(text, words, end)) is not None:
        return _house(text, street), _tail(text, end)
    if (english := _english(text, end, announced=announced)) is not None:
        flat = FLAT_BEFORE.search(text, max(0, start - 24), start)
        return flat.start() if flat else start, _tail(text, english)
    if match := FRAMED.match(text, start, start + 100):
        if NOT_STREETS.isdisjoint(match[0].lower().split()) and not text[max(0, start - 1) : start].isalnum():
            return start, _tail(text, match.end())
    if match := NA.search(text, max(0, start - 40), start):
        if text[match.start(1) : start].strip(" ,").lower() not in NOT_STREETS and ENDS.match(text, end):
            return match.start(1), _tail(text, end)
    return _announced(text, start, end) if announced else None


RUSSIAN_FLAT = re.compile(r"(?i)(?:,? ?(?:корп\w*|стр|к)\.? ?\d+)?,? ?(?:кв|квартира|оф)\.? ?\d")
FLAT_BEFORE = re.compile(r"(?i)(?<!\w)(?:flat|apt\.?|apartment|unit|suite|wohnung|кв\.?|квартира) ?#?\d{1,5}[a-z]?,? \Z")


FLAT_BEHIND = re.compile(r"(?i) ?(?:квартира|кв)(?![\w])\.?")
TITLE = re.compile(r"(?i)(?<!\w)(?:маршала|генерала|академика|героев|космонавтов?|имени|им\.|адмирала|\d{1,3} лет|летия|красной|большая|малая|новая|старая|верхняя|нижняя) \Z")


ANCHORS = FLAT - FLAT_TOO | {"flat"}
#: A number, a name and another number, with a town behind.
FRAMED = re.compile(r"\d{2,6} (?:[A-ZÀ-ÞĀ-Ž][a-zà-þā-ž'’.-]{2,24} ){1,4}\d{1,4}\.?(?=,? (?:St\.|[A-ZÀ-ÞĀ-Ž][a-zà-þ])|,\s|\s?\n[>?* \t]{0,9},?[ \t]*[A-ZÀ-ÞΑ-Ω])")
#: ``на Чехова, 47``: a street in the case that names of streets stand in.
NA = re.compile(r"(?:(?<!\w)(?:на|с|по|у|до|возле|около|напротив|угол) (?=[А-ЯЁ])|(?:^|\n)(?=[А-ЯЁ][а-яё]{2,20}ая, ))([А-ЯЁ][а-яё-]{2,20}(?:а|ая|ой|го|ей|ых|ий|ы|и|о),? )\Z")
ENDS = re.compile(r"\s*(?:\Z|[.,;!?)…\n😂👍🔥🙏👀😅❤-]|кв|корп|к \d|подъезд|этаж|в \d|к \d|завтра|сегодня|вечером|это |[-—] )")


FLAT_FIRST = re.compile(r",? \d{1,6} (?:[^\W\d_][\w'’.-]{1,24},? ){1,5}\d{1,4}(?!\w)")


def _is_flat(word: str) -> bool:
    return word.lower().strip(".#№") in ANCHORS


def _head(text: str, end: int) -> int | None:
    """Where the street begins that a flat belongs to: its number stands on this line or the one before."""
    begin = max(0, end - 110)
    if match := HEAD.search(text, begin, end):
        return match.start()
    house = HOUSE.search(text, begin, end)
    if house is None:
        return None
    words = [*WORD.finditer(text, max(begin, text.rfind("\n", begin, house.start()) + 1), house.start())][-5:]
    if words and words[-1][0].lower().strip(".,") in RUSSIAN_HOUSE:
        words = words[:-1]
    if not words or not words[-1][0][0].isalpha() or words[-1][0].lower().strip(",.") in NOT_STREETS:
        return None
    for at, word in enumerate(words[-4:]):
        if word[0].lower().strip(".,") in RUSSIAN or word[0].lower() in BEFORE:
            return _russian_start(text, words[-4:], at)
    if words[-1][0][0].isupper():
        return _with_names(text, words[-1].start())
    title = TITLE.search(text, begin, words[-1].start())
    return title.start() if title else words[-1].start()


def _street(text: str, words: list[re.Match[str]], after: int) -> int | None:
    """Where the street begins whose name ends at a house's number."""
    named = words[-1][0].lower().strip(".") in RUSSIAN_HOUSE or bool(RUSSIAN_FLAT.match(text, after))
    if words[-1][0].lower().strip(".") in RUSSIAN_HOUSE or words[-1][0].lower() in ("no.", "nr.", "n°", "nº", "no", "nr"):
        words = words[:-1]
    if not words:
        return None
    last = words[-1][0]
    low = last.lower().rstrip(",")
    plain = low.rstrip(".")
    capital = last[0].isupper()
    if low.endswith(ENDINGS) and (len(low) > 5 or capital) and plain not in ("str", "allee", "platz", "allé", "singel"):
        return _with_names(text, words[-1].start())
    if plain in ("str", "straße", "strasse", "allee", "platz", "weg", "ring", "markt", "gasse", "damm", "ufer") and len(words) > 1 and (capital or plain in ("str", "straße", "strasse")) and words[-2][0][0].isupper():
        return _with_names(text, words[-2].start())
    if not capital and low.endswith(DOUBTFUL) and len(low) > 6 and (
        POSTCODE_BEHIND.match(text, after) or POSTCODE_BEFORE.search(text, max(0, words[-1].start() - 60), words[-1].start())
    ):
        return words[-1].start()
    if capital and low.endswith(DOUBTFUL) and len(low) > 6 and last[1:].islower():
        return words[-2].start() if len(words) > 1 and words[-2][0].lower() in GERMAN_BEFORE else words[-1].start()
    if low in BEHIND and len(words) > 1:
        return _with_names(text, words[-2].start())
    if capital and plain in ENGLISH and len(words) > 1 and words[-2][0][0].isupper():
        return _with_names(text, words[-2].start())
    for at, word in enumerate(reversed(words[-5:])):
        name = word[0].lower()
        if name.strip(".,") in RUSSIAN and _is_russian_street(words, len(words) - 1 - at, named=named):
            return _russian_start(text, words, len(words) - 1 - at)
        if name in BEFORE and at and (name not in BEFORE_TOO or (words[-at][0][0].isupper() and not words[-at][0].isupper() and at < 4)):
            return word.start()
    if capital and len(words) > 1 and " ".join(w[0].lower() for w in words[-3:-1]).endswith(GERMAN_BEFORE) and last[1:].islower() and len(low) > 3 and words[-2][0][0].isupper() and low not in NOT_STREETS:
        return words[-2].start() if words[-2][0].lower() not in ("der", "den", "dem") else words[-3].start()
    return None


def _is_russian_street(words: list[re.Match[str]], at: int, *, named: bool) -> bool:
    """``ш``, ``пр`` and ``линия`` are short for other things too: a name must stand beside them."""
    short = len(words[at][0].strip(".,")) < 3
    names = [word[0] for word in words[at + 1 :]]
    if words[at][0].lower() in ("улице", "улицу", "улицы") and names and not names[0][:1].isupper() and not named:
        return False
    before = words[at - 1][0] if at else ""
    if not names:
        return before[:1].isupper() or (not short and bool(before) and before.lower().rstrip(",").endswith(("ий", "ый", "ой", "ая", "ом", "ей", "ого", "ому", "ую")))
    return not short or "." in words[at][0] or names[0][:1].isupper() or words[at][0].lower() in ("ул", "ш", "пр")


def _russian_start(text: str, words: list[re.Match[str]], at: int) -> int:
    start = words[at].start()
    if at == len(words) - 1 and at:
        start = words[at - 1].start()
    match = RUSSIAN_TOWN.search(text, max(0, start - 90), start)
    return match.start() if match else start


def _with_names(text: str, start: int) -> int:
    """With the capitalised words before: ``Große Bleichen Straße``."""
    match = CAPITALISED.search(text, max(0, start - 60), start)
    return match.start() if match else start


POSTCODE_BEFORE = re.compile(r"(?i)(?<![\w.,])(?:d-|a-|ch-)?\d{4,6},? [^\W\d_][\w-]{2,24}(?: (?:am|an der|im)? ?[^\W\d_][\w-]{2,24})?, \Z")


POSTCODE_BEHIND = re.compile(r",? (?:in )?\d{5}\s[^\W\d_]{3}")


def _house(text: str, start: int) -> int:
    """Some write the number of the house in front as well, or the postal code with its town."""
    if match := POSTCODE_BEFORE.search(text, max(0, start - 60), start):
        return match.start()
    match = re.search(r"(?<![\w.,:/-])\d{1,6}[a-z]?(?:[/-]\d{1,4})? \Z", text[max(0, start - 12) : start])
    return start - (min(start, 12) - match.start()) if match else start


def _english(text: str, end: int, *, announced: bool) -> int | None:
    match = ENGLISH_STREET.match(text, end, end + 90)
    while match is not None:
        last = match[2]
        names = match[1].split()
        if last.lower() in ENGLISH and (last[0].isupper() or any(name[0].isupper() for name in names) or len(names) < 3):
            return match.end() if all(name.lower() not in NOT_STREETS for name in names) else None
        if last.lower() in ENGLISH_TOO and last[0].isupper() and not last.isupper() and all(name[0].isupper() or name[0].isdigit() for name in names):
            return match.end()
        if announced and last.lower() in ENGLISH_TOO and len(names) < 3 and NOT_STREETS.isdisjoint(map(str.lower, names)):
            return match.end()
        if len(names) > 4:
            return None
        match = re.compile(r"((?:[^\s,;:!?\n]{1,25} ){%d})([A-Za-z]{2,12})(?![\w'’-])\.?" % (len(names) + 1)).match(text, end + 1, end + 90)
    return None


def _announced(text: str, start: int, end: int) -> tuple[int, int] | None:
    strong = STRONG.before(text, start, 60)
    cue = strong or CUE.before(text, start, 60)
    if cue is None:
        return None
    match = ANNOUNCED.match(text, cue.end, start)
    if match is None:
        return None
    street = match["street"].lower().replace(",", " ").split()
    if street:
        if not NOT_STREETS.isdisjoint(street) or not (
            (strong and len(street) < 4) or _is_street(street[-1]) or re.search(r"[A-ZÀ-ÞΑ-ΩА-ЯЁ]", match["street"])
        ):
            return None
        return match.start("street"), _tail(text, end)
    last = _followed(text, end)
    return None if last is None else (start, max(_tail(text, last), last))


def _is_street(word: str) -> bool:
    return word.strip(".") in ENGLISH or (len(word) > 6 and word.endswith((*ENDINGS, *DOUBTFUL)))


def _followed(text: str, end: int) -> int | None:
    """Where the street ends whose number stands in front: capitalised, or with a last word that streets have."""
    followed = FOLLOWED.match(text, end, end + 90)
    words = [*WORD.finditer(text, *followed.span())] if followed else []
    stop = next((at for at, word in enumerate(words) if word[0].lower().strip(".") in NOT_STREETS), len(words))
    for word in reversed(words[:stop]):
        if word[0][0].isupper() or word[0][0].isdigit() or word[0].lower().strip(".") in ENGLISH | ENGLISH_TOO:
            return word.end() if stop > 1 or words[0][0][0].isupper() else None
    return None


def _tail(text: str, end: int) -> int:
    for pattern in (TAIL, LOWER_TAIL):
        match = pattern.match(text, end, end + 200)
        if match and match.end() > end:
            return match.end()
    return end
