"""How the parts of an address are written, and which words announce one."""

from __future__ import annotations

import re

from shared.privacy.cues import Cue, words_of
from shared.privacy.streets import FLAT, FLAT_TOO

NUMBER = re.compile(
    r"(?<![\w:/-])(?<!\d[.,])(?<![#$€£+=])\d{1,6}(?:[кc]\d{1,2}|[A-Za-zА-я](?!\w|\.\w)| [A-Za-zА-я](?!\w|\.\s?\w|"
    r"\s?\d(?!\d{4})))?(?: ?(?:bis|ter|hs|huis)\b)?(?:[/-]\d{1,4}[A-Za-zа-я]?)*"
    r"(?![\w%€$£°]|[.,:]\d)"
)
#: Behind a number these make it something else than a house.
UNIT = re.compile(
    r"(?i)\s?-?(?:min\w*|uhr|std|stunden?|tage?n?|woche\w*|monat\w*|jahr\w*|euro?s?|km|kg|m|cm|mm|am|pm|hours?|hrs?|h"
    r"|days?|weeks?|months?|years?|people|"
    r"times|percent|prozent|руб\w*|р|тыс\w*|мин\w*|час\w*|дн\w+|день|лет|год\w*|недел\w*|месяц\w*|раза?|чел\w*|"
    r"человек\w*|км|кг|шт|x|mal|seconds?|sec|сек\w*)(?![\w])"
)
WORD = re.compile(r"[^\s,;()\[\]\"«»“”„‚<>.]{1,12}\.(?=[А-ЯЁ][а-яё])|[^\s,;()\[\]\"«»“”„‚<>]+")
#: The street in front of an English number: ``17 Wharf Lane``, ``1600 NW 5th Street``; the type is looked up.
ENGLISH_STREET = re.compile(
    r",? ?(?:\d{1,5} )?((?:(?:[NSEW]{1,2}\.?|[^\W\d_][\w'’.-]{0,24}|\d{1,3}(?:st|nd|rd|"
    r"th)) ){1,5}?)([A-Za-z]{2,12})(?![\w'’-])\.?"
)
_FLAT_WORD = (
    r"(?:flat|apt\.?|apartment|unit|suite|ste\.?|top|tür|stiege|stan|wohnung|whg\.?|кв\.?|квартира|подъезд|"
    r"корп\.?|корпус|стр\.?|строение|оф\.?|офис|piso|byt|appt\.?|lgh|к\.?|эт\.?|этаж|box|д\.?|дом)"
)
_FLAT = rf"(?:(?i:{_FLAT_WORD})\s?[№#]?\s?\d{{1,5}}[A-Za-zА-я]?(?:/\d{{1,4}})?(?!\w))"
_POSTCODE = (
    r"(?:[A-Z]{1,2}-)?(?:\d{4} ?[A-Z]{2}(?!\w)|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}(?!\w)|[A-Z]\d[A-Z] ?\d[A-Z]\d(?!\w)|"
    r"\d{3} \d{2}(?!\d)|\d{2}-\d{3}(?!\d)|\d{4,6}(?:-\d{3,4})?(?![\d:])(?:(?<=\d{5}) [a-zäöüß]{3,20}(?!\w))?)"
)
_JOIN = r"(?:[ \t]{0,4}[.,]?[ \t]{0,4}\n(?:[>?* \t]{0,9}\n)?[>?* \t]{0,9},?[ \t]{0,4}|,[ \t]{1,3}|[ \t]{1,3})"
_SMALL = (
    r"(?:nan|am|an|der|den|de|do|da|del|di|la|las|los|upon|ob|nad|na|of|the|on|sur|in(?= \d{5}| [A-ZÄÖÜ])|обл\.?|"
    r"область|край|район|р-н|г\.?|город|пос\.?|с\.|кв\.м)"
)
_PLACE = r"[A-ZÀ-ÞĀ-ŽΑ-ΩΆ-ΏА-ЯЁ∆][\w'’.()∆-]*(?<!:)"
_FLOOR = (
    r"(?:\d{1,2}\. ?(?:[Ss]tock\w*|OG|Etage|[Oo]bergeschoss)|EG|DG|[Hh]interhaus|[Vv]orderhaus|[Ss]eitenflügel|"
    r"\d{1,2}(?:st|nd|rd|"
    r"th) floor|\d{1,2}[- ]?(?:й|ый|ой)? этаж)"
)
TAIL = re.compile(
    rf"(?:{_JOIN}(?:{_FLAT}|{_FLOOR}|{_POSTCODE}|{_PLACE}|{_SMALL})(?![\w:@])|{_JOIN}\([^)\n]{{2,24}}\)){{1,14}}"
)
#: After a comma or a line break also lower-case towns, as far as a postal code or the end of the text.
LOWER_TAIL = re.compile(
    rf"(?:{_JOIN}(?:{_FLAT}|[^\W\d_][\w'’.-]*)){{0,8}}{_JOIN}(?i:{_POSTCODE})|"
    rf"(?:,? (?:{_FLAT}))?(?:,\s?[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){{0,2}}){{1,3}}(?=[.!?]?\s*\Z)"
)
#: Something with a number of its own before a flat: a street.
HEAD = re.compile(
    r"(?:^|(?<=[\s>(:,]))\d{1,6}[A-Za-z]?(?:[/-]\d{1,5})? [^\n\d]{2,60}?(?:,? ?\d{1,5}[A-Za-z]?(?:[/-]\d{1,5})?\.?)?"
    r"[,. ]{0,3}(?:\n[>?* \t]{0,9})?\Z"
)
HOUSE = re.compile(
    r"(?<![\w.,:])\d{1,4}[A-Za-zА-я]?(?:[/-]\d{1,4}[A-Za-zА-я]?|(?:,? (?:корп|к|"
    r"стр)\.? ?\d{1,3}))?[,. ]{0,3}(?:\n[>?* \t]{0,9})?\Z"
)
CAPITALISED = re.compile(r"(?:(?<![\w'’-])[A-ZÀ-ÞĀ-ŽΑ-ΩА-ЯЁ][\w.'’-]*,? ){1,3}\Z")
_CITIES = (
    "москва|мск|питер|спб|санкт-петербург|казань|самара|пермь|екатеринбург|омск|воронеж|калуга|саратов|тверь|"
    "новосибирск|уфа|краснодар|ростов(?:-на-дону)?|челябинск|тюмень|киев|минск|алматы"
)
RUSSIAN_TOWN = re.compile(
    r"(?:(?<!\d)\d{6},?\s)?(?:(?i:россия|рф),?\s)?(?:[А-ЯЁ][а-яё-]{2,24} (?:обл\.?|область|край|респ\.?|республика|"
    r"р-н|район),?\s){0,2}"
    r"(?:(?:(?i:г|гор|город|пгт|пос|п|с|д|ст|х|клх|дер|станица|село|деревня|посёлок|поселок)\.?\s?[А-ЯЁ]|"
    r"г\. ?[а-яё])[\w-]{1,30}(?:\s[А-ЯЁ][\w-]{1,30})?(?:\s\([^)\n]{1,30}\))?,?\s|[А-ЯЁ][а-яё-]{2,24},\s|(?<!\w)(?:"
    + _CITIES
    + r"),?\s)?\Z"
)
#: Behind these an address follows, also in lower case.
STRONG = Cue(
    r"address(?:es)?(?: to)?", r"adress?en?", r"адрес\w*",
    r"(?:ship|send|deliver|post|mail)(?:ped|ed|ing)?(?: \w+){0,2} to", r"sent to",
    r"liv(?:e|es|ed|ing)(?:(?: \w+)? (?:at|in|on))?",
    r"resid(?:e|es|ing)(?: at| in)?", r"moved to", r"return to", r"wohn\w*(?:(?: \w+)? (?:in|im|an|am))?",
    r"wohnhaft", r"anschrift", r"\w+adresse",
    r"жив[уёе]\w*(?:(?: \w+)? (?:на|в|по))?", r"прожива\w+", r"прописан\w*", r"регистраци\w+",
    r"переехал\w*(?:(?: \w+)? (?:на|в))?", r"доставк\w*(?: на| в| по)?", r"umgezogen",
    r"(?:приезжай\w*|приходи\w*|заезжай\w*|подъезжай\w*)(?:(?: \w+)? (?:на|по|к))?",
)  # fmt: skip
#: Behind these one may follow: with a capital, or a word that streets have.
CUE = Cue(
    r"located(?: at| in| on)?", r"meet(?:ing)? (?:me |us |you )?at", r"arrived at", r"based (?:at|in)",
    r"schick\w*(?: \w+){0,3} (?:an|in|nach)", r"достав\w+(?:(?: \w+)? (?:на|в|по))?",
    r"(?:come|came|drive|pop) (?:to|over to|by)", r"pick (?:me |us )?up (?:at|from)",
    r"(?:house|office|offices|flat|place|restaurant|shop|station|store|hotel|bar) is (?:at|on|in)",
    r"listening on", r"komm\w*(?: \w+){0,3} (?:in|zu|nach)", r"забери\w*(?:(?: \w+)? (?:с|из|на))?",
    r"drops? (?:\w+ )?off at", r"stops? (?:\w+ )?at", r"corner of",
    r"(?:party|тусовка|вечеринка|квартира|стоматолог|dentist|zahnarzt|wohnung) (?:is )?(?:in|на|at|ist)(?: der| dem)?",
        r"stay\w* (?:at|in|on)", r"outside", r"bin (?:\w+ ){0,2}(?:in|an|bei)(?: der| dem)?",
        r"hol\w* mich (?:an|in|vor|bei)(?: der| dem)?",
        r"treff\w* (?:an|in|vor|bei)(?: der| dem)?", r"liefer\w* (?:an|in)",
)  # fmt: skip
STEMS = (
    "adres",
    "address",
    "адрес",
    "ship",
    "send",
    "sent to",
    "deliver",
    "post",
    "mail",
    "live",
    "living",
    "locat",
    "resid",
    "meet",
    "moved",
    "return to",
    "arrived",
    "based",
    "wohn",
    "anschrift",
    "schick",
    "жив",
    "прожив",
    "езжай",
    "приход",
    "достав",
    "пропис",
    "регистр",
    "come ",
    "came",
    "drive",
    "pop ",
    "pick",
    " is at",
    " is on",
    " is in",
    "listening",
    "komm",
    "corner",
    "off at",
    "stop",
    "party",
    "тусов",
    "вечерин",
    "квартир",
    "стоматол",
    "dentist",
    "zahnarzt",
    "hol",
    "treff",
    "wohnung",
    "stay",
    "outside",
    "bin ",
    "place",
    "umgezogen",
    "liefer",
    "забери",
    "переехал",
)
#: Between such a word and the house's number: the street, and small words that lead to it.
ANNOUNCED = re.compile(
    r"[\s:=—–>?*-]{0,8}(?:(?:du|you|ihr|ты|вы) ?\? )?(?:(?:is|ist|lautet|it is|it's|at|in|on|im|am|to|в|на|по|это|"
    r"такой|мой|with|here they are|"
    r"following)[\s:]{1,2}){0,3}(?P<street>(?:[^\W\d_][^\s,\d;:!?\n]{0,24},? ){0,5})(?:д\.? ?|дом |no\.? ?|"
    r"nr\.? ?)?\Z",
    re.IGNORECASE,
)
FOLLOWED = re.compile(r" (?:\d{1,5} )?(?:[^\W\d_][^\s,\d;:!?]{1,24} ?){1,6}(?:\d{1,5}[A-Za-z]?\b)?")
NOT_STREETS = words_of(
    "monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag "
    "sonntag "
    "minutes minute min hours hour days day weeks week months month years year people persons times time euros "
    "dollars bucks percent am pm uhr stunden stunde tage tag wochen woche "
    "monate monat jahre jahr leute personen mal prozent минут минуты минуту час часа часов дня дней день недели "
    "недель месяца месяцев год года лет человек раз рублей рубля этаж этаже "
    "км km miles meters january february march april may june july august september october november december января "
    "февраля марта апреля мая июня июля августа сентября октября ноября "
    "декабря januar februar märz mai juni juli oktober dezember chapter page version level step part on at the and "
    "is are or with for we you i it more less other different und oder mit von "
    "nach bis um ab gegen about around until till before after over under than only just since в с до от по к за "
    "через около примерно после и или но не me us him her them hard flash usb test thumb disk ssd tb gb mb long "
    "short big mile second seconds car cars new good best nice first third last right wrong only single food tennis "
    "star safe great parking weird cool work inches inch feet foot ft pounds degrees degree points clicks metres "
    "plus minus to by into off out up down this that its there here then was were be going go goes getting get do "
    "does done not no yes ok okay if so as all any some every per each these those my your his our their"
)
#: Two streets that meet.
CORNER = re.compile(
    r"(?:the |der )?(?i:corner of|ecke|угол) (?:[^\s]{1,24} ){1,7}?(?:and|und|"
    r"и) [^\W\d_][^\s.,;!?\n]{1,24}(?: [A-ZÀ-ÞĀ-Ž][^\s.,;!?\n]{1,24}){0,2}"
)
ARMY = re.compile(
    r"(?i)(?:(?:psc \d{1,6},? box \d{1,6}|unit \d{1,6},? box \d{1,6}|us(?:ns|nv|s|cgc|nS) [a-z][\w-]{1,24}|"
    r"cmr \d{1,6},? box \d{1,6}),?\s{1,4})?\b[afd]po,? (?:aa|ae|ap) \d{5}(?:-\d{4})?"
)
BOX = re.compile(
    r"(?i)(?<!\w)(?:p\.? ?o\.? ?box|postfach|postbox|post office box|а/я|"
    r"абонентский ящик)\s?№?\s?\d{1,6}(?:,?\s\d{4,6}(?:\s[a-zäöü][\w-]+)?)?"
)
#: A postal code that is told by itself, or by its town: Dutch, British, Canadian, American, Russian, German.
CODES = re.compile(
    r"(?<![\w-])(?:\d{4} ?(?!AM|PM|CE|BC|AD|UT|GB|MB|KB|TB|HP|PS|EU|US|UK|AI|TV|PC)[A-Z]{2},? [A-Z][a-z]{2,}|"
    r"[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}(?!\w)|[ABCEGHJ-NPR-TVXY]\d[A-Z] \d[A-Z]\d(?!\w)|"
    r"[1-9]\d{5}, ?(?:г\.? ?|город )?[А-ЯЁ][а-яё-]{2,})"
)
US_TOWN = re.compile(
    r"(?:[A-Z][a-z'’.-]+ ){0,2}[A-Z][a-z'’.-]+,? (?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|"
    r"N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]) \d{5}(?:-\d{4})?(?!\d)"
)
#: Characters before a number in which its street stands.
REACH = 70
RUSSIAN_FLAT = re.compile(r"(?i)(?:,? ?(?:корп\w*|стр|к)\.? ?\d+)?,? ?(?:кв|квартира|оф)\.? ?\d")
FLAT_BEFORE = re.compile(
    r"(?i)(?<!\w)(?:flat|apt\.?|apartment|unit|suite|wohnung|кв\.?|квартира) ?#?\d{1,5}[a-z]?,? \Z"
)
FLAT_BEHIND = re.compile(r"(?i) ?(?:квартира|кв)(?![\w])\.?")
TITLE = re.compile(
    r"(?i)(?<!\w)(?:маршала|генерала|академика|героев|космонавтов?|имени|им\.|адмирала|\d{1,3} лет|летия|красной|"
    r"большая|малая|новая|старая|верхняя|нижняя) \Z"
)
ANCHORS = FLAT - FLAT_TOO | {"flat"}
#: A number, a name and another number, with a town behind.
LABEL = re.compile(r"\s?[:—-]|\s?\n")
FRAMED = re.compile(
    r"\d{2,6} (?:[A-ZÀ-ÞĀ-Ž][a-zà-þā-ž'’.-]{2,24} ){1,4}\d{1,4}\.?(?=,? (?:St\.|[A-ZÀ-ÞĀ-Ž][a-zà-þ])|,\s|"
    r"\s?\n[>?* \t]{0,9},?[ \t]*[A-ZÀ-ÞΑ-Ω])"
)
#: ``на Чехова, 47``: a street in the case that names of streets stand in.
NA = re.compile(
    r"(?:(?<!\w)(?:на|с|по|у|до|возле|около|напротив|угол) (?=[А-ЯЁ])|(?:^|"
    r"\n)(?=[А-ЯЁ][а-яё]{2,20}ая, ))((?:[А-ЯЁ][а-яё]{3,16} )?[А-ЯЁ][а-яё-]{2,20}(?:а|ая|ой|го|ей|ых|ий|ы|и|о),? )\Z"
)
ENDS = re.compile(
    r"\s*(?:\Z|[.,;!?)…\n😂👍🔥🙏👀😅❤-]|кв|корп|к \d|подъезд|этаж|в \d|к \d|завтра|сегодня|вечером|это |[-—] )"
)
FLAT_FIRST = re.compile(r",? \d{1,6} (?:[^\W\d_][\w'’.-]{1,24},? ){1,5}\d{1,4}(?!\w)")
POSTCODE_BEFORE = re.compile(
    r"(?i)(?<![\w.,])(?:d-|a-|ch-)?\d{4,6},? [^\W\d_][\w-]{2,24}(?: (?:am|an der|im)? ?[^\W\d_][\w-]{2,24})?, \Z"
)
POSTCODE_BEHIND = re.compile(r",? (?:in )?\d{5}\s[^\W\d_]{3}")
