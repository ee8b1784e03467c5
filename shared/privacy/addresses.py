"""Street addresses: a street with a number, and what belongs to it - flat, postal code, town, country."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared.privacy.masking import Span, mask_matches

_POSTCODE = (
    r"(?:\d{4} ?[A-Za-z]{2}\b|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|(?:[A-Z]{1,2}-)?\d{4,6}\b)"  # NL; UK; most others
)
_TOWN = r"[A-ZÄÖÜÉА-ЯЁ][\w'’.-]+(?: (?:[A-ZÄÖÜÉА-ЯЁ][\w'’.-]+|am|an|der|den|upon))*"
_REST = (
    rf"(?:,?\s{{1,2}}{_POSTCODE}(?:,?\s{{1,2}}{_TOWN})?|,\s{{1,2}}{_TOWN}(?:,?\s{_POSTCODE}(?:\s{_TOWN})?)?)?"
    rf"(?:,\s{_TOWN}(?=$|[\s.,;!?)]))?"
)
_FLAT = (
    r"(?:,?\s(?:flat|apt\.?|apartment|unit|suite|top|stiege|stan|кв\.?|к\.|квартира|подъезд|корп\.?|стр\.?|оф\.?)"
    r"\s?[№#]?\s?\d+\w?)*"
)
_NUMBER = r"(?!\d{1,2}/10\b)\d{1,4}(?: ?[a-zA-Zа-яА-Я](?!\w|\.\s?\d))?(?: (?:bis|ter|hs|huis))?(?:[/-]\d{1,4}\w?)*"

_STREET = r"stra(?:ß|ss)e|str\.|straat|gasse|platz|plein|allee|kade|laan|gracht|dijk|steeg|singel|gürtel"
#: Endings that ordinary words have too: only a capitalised word is a street.
_DOUBTFUL = r"weg|werf|hof|ring|pad|baan|ufer|damm|kai|markt"
_GERMANIC = (
    r"(?:(?:[A-ZÄÖÜ][\wäöüß.-]+ ){0,3})"
    rf"(?:[A-Za-zÄÖÜäöüß-]*(?:{_STREET})|[A-ZÄÖÜ][A-Za-zÄÖÜäöüß-]{{2,}}(?:{_DOUBTFUL}))"
)
_ENGLISH_END = (
    r"(?:street|st\.?|road|rd\.?|avenue|ave\.?|lane|ln\.?|drive|dr\.?|gardens|terrace|row|close|way|square|sq\.?|place|court|"
    r"boulevard|blvd\.?|crescent|hill|park|wharf|quay|mews|grove|walk|green|parade|highway|hwy)"
)
_ENGLISH = (
    r"(?:(?:Flat|Unit|Apt\.?|Apartment|Suite)\s\w+,?\s)?\d{1,5}[a-z]?\s(?:[A-Z][\w'’.]+\s){1,3}(?i:"
    + _ENGLISH_END
    + r")\b"
)
_RUSSIAN_STREET = (
    r"(?:\d{6},?\s)?(?:(?:г|город|п|пос|с|д|ст|клх|к)\.?\s?[А-ЯЁ][\w-]+(?:\s\([^)]*\))?,?\s)?"
    r"(?:ул|улиц[аеуы]|пр|пр-?к?т|просп|проспект[еа]?|пер|переул\w+|наб|набережн\w+|бул|б-р|бульвар\w*|ш|шоссе|пл|площад\w+|"
    r"алл|аллея|туп|тупик|проезд)\.?\s[А-ЯЁ\d][\w .-]*?,?\s(?:д|дом)?\.?\s?"
)
_ROMANCE = (
    r"(?:rua|calle|rue|via|viale|avenida|avenue|carrer|plaza|praça|travessa|ulica|ul\.|kaia)\s"
    r"(?:[\w'’.-]+\s){0,4}?[\w'’-]+,?\s"
)

PATTERNS = (
    re.compile(rf"(?<!\w){_ENGLISH}{_FLAT}{_REST}"),
    re.compile(rf"(?<!\w)(?:{_GERMANIC})\s{_NUMBER}(?![\d.,]\d){_FLAT}{_REST}"),
    re.compile(rf"(?i:(?<!\w)[\w-]+(?:{_STREET}|{_DOUBTFUL})\s{_NUMBER},?\s{_POSTCODE}(?:\s\w+)?)"),
    re.compile(rf"(?<!\w)(?i:{_RUSSIAN_STREET}){_NUMBER}(?i:{_FLAT})(?:,\s\d{{6}})?(?:,\s{_TOWN})?"),
    re.compile(rf"(?<!\w)(?i:{_ROMANCE}){_NUMBER}(?i:{_FLAT}){_REST}"),
    re.compile(r"(?<!\w)\d{4} ?[A-Z]{2} [A-Z][a-z]+"),  # a Dutch postal code with its town
    re.compile(r"(?<!\w)[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}(?!\w)"),  # a British postal code
)
DIGIT = re.compile(r"\d")


class AddressMasker:
    def find(self, text: str) -> Iterator[Span]:
        if not DIGIT.search(text):
            return
        for pattern in PATTERNS:
            yield from mask_matches("address", pattern, text)
