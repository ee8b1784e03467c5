"""E-mail addresses, as written and as spoken: ``name at domain dot com``, ``имя собака почта точка ру``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared.privacy.cues import words_of
from shared.privacy.masking import Span, mask

EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.+%'-]{1,128}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}(?:[^\W\d_]{2,24}|xn--[\w-]{2,59})(?![\w-])"
)
#: The same with spaces around its marks, which only a well-known ending tells from a mention.
SPACED = re.compile(
    r"(?<![\w.+%-])[\w.+%-]{1,64}(?: @ | ?@(?! ))(?<![^\W\d_] @)[\w-]{2,63} ?\. ?(?:com|net|org|ru|de|info|me|io|ua|"
    r"by|kz)(?![\w-])"
)
_BRACKET_AT = r"\s?[\[({<*]\s?(?:at|ät|@|аt|эт|собака|собачка|a)\s?[\])}>*]\s?"
_WORD_AT = r"\s{1,2}(?:at|ät|ет|эт|собака|собачка|sobaka|klammeraffe|@)\s{1,2}"
AT = re.compile(rf"(?i)(?P<marked>{_BRACKET_AT})|(?P<said>{_WORD_AT})")
_DOT = r"(?:\s?[\[({<*]\s?(?:dot|punkt|точка|\.|d)\s?[\])}>*]\s?|\s{1,2}(?:dot|punkt|точка|tochka)\s{1,2}|\s?\.\s?)"
_END = (
    r"(?:com|net|org|edu|gov|info|biz|io|me|co|ai|app|dev|eu|uk|us|ru|de|at|ch|by|ua|kz|fr|es|it|nl|pl|su|ру|рф|ком|"
    r"нет|орг|инфо|де|ю[эе]й|бай)"
)
DOMAIN = re.compile(rf"(?i)(?P<domain>[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{0,2}}){_DOT}{_END}(?![\w-])")
SAID_DOT = re.compile(r"(?i)(?<!\w)(?:dot|punkt|точка|tochka)(?!\w)")
LOCAL = re.compile(
    r"(?i)(?<![\w.+%-])[\w.+%-]{1,64}(?:(?: dot | punkt | точка |\s?[\[({]dot[\])}]\s?)[\w+%-]{1,64}){0,3}\Z"
)
#: Hosts of mailboxes: behind a plain "at" they make an address also where the dot is a dot.
MAILBOXES = words_of(
    "gmail googlemail yahoo hotmail outlook icloud proton protonmail gmx web t-online mail yandex ya rambler bk "
    "inbox list "
    "live aol posteo mailbox fastmail tutanota freenet гмейл яндекс мейл мэйл рамблер"
)
#: Before "at", these are no mailbox: "look at example dot com".
NOBODY = words_of(
    "look looking looked meet see me us it him her them is are was were be am available found hosted live lives buy "
    "order ordered work works working read sold shop online check out up here there sign register arrive only now "
    "today start stay page site website visit"
)


class EmailMasker:
    def find(self, text: str) -> Iterator[Span]:
        for pattern in (EMAIL, SPACED):
            for match in pattern.finditer(text):
                yield mask("email", *match.span())


class SpokenEmailMasker:
    def find(self, text: str) -> Iterator[Span]:
        for at in AT.finditer(text):
            domain = DOMAIN.match(text, at.end(), at.end() + 200)
            local = LOCAL.search(text, max(0, at.start() - 100), at.start()) if domain else None
            if domain is None or local is None:
                continue
            certain = at["marked"] is not None or SAID_DOT.search(domain[0]) is not None
            if (certain or domain["domain"].lower() in MAILBOXES) and local[0].lower() not in NOBODY:
                yield mask("email", local.start(), domain.end())
