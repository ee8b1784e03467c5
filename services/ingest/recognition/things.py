"""What tells that a capitalised word is a product, an organisation or a work, though people are called so too."""

from __future__ import annotations

import re

from services.ingest.cleaning.cues import REACH

#: Tokens such as OpenAI, GPT4 or CI, which stand in a row with others of their kind; McDonald is a person.
_BRAND = r"(?:[A-Z]{2,}\w*|(?!Ma?c[A-Z])[A-Z]?[a-z]+[A-Z]\w*)"
_ROW = r"(?:, | ?/ ?| and | or | и | или | und | oder | vs\.? )"
BEFORE = re.compile(
    r"(?:\b(?:in|into|inside|within|via|using|uses?|used|use of|run|running|install(?:ed|ing)?|download(?:ed|ing)?"
    r"|powered by|based on|built on|version of|users? of|review of|mit hilfe von|auf basis von"
    r"|в|во|внутри|через|из|на базе|на основе|по версии|верси\w{1,3}|организаци\w{1,4}|компани\w{1,4}|фирм\w{1,3}"
    r"|проект\w{0,3}|сервис\w{0,3}|модел\w{1,4}|программ\w{1,3}|приложени\w{1,3}|создател\w{1,4}|сериал\w{0,3}"
    r"|тест\w{0,3}|сфер\w{1,3}|закон\w{0,3}|парадокс\w{0,3}|теорем\w{1,3}|эффект\w{0,3}) "
    rf"|\b{_BRAND}{_ROW})$"
)
BEHIND = re.compile(
    # Claude 3.5, Gemma-7b; not "5 minutes" or "at Lukas 20:00"
    r"[ -]v?(?:\d{1,2}|\d{1,2}\.\d{1,2})[bB]?(?![\w:]|\.\d|[ -](?:min|h\b|uhr|лет|год|час|years?|days?|times?|[ap]m))"
    r"|(?:['’]s)?[ -](?:API|AI|LLM|[Bb]ots?|[Aa]pp|[Mm]odels?|[Vv]ersions?|[Ee]ngine|[Pp]rograms?|[Ss]oftware"
    r"|[Ll]anguage|[Pp]rojects?|[Aa]wards?|[Pp]rize|[Ff]oundation|[Ii]nstitute|[Uu]niversity|[Oo]nline|[Ss]ystem|[Pp]robes?"
    r"|[Pp]aradox|[Ll]aws?|[Tt]heorem|[Pp]rinciple|[Ee]ffect|[Ss]imulation|[Tt]est)\b"
    rf"|{_ROW}{_BRAND}\b"
)
OPENED, CLOSED = re.compile(r"[«“\"„]$"), re.compile(r"[»”\"“]")


def is_thing_here(text: str, start: int, end: int) -> bool:
    """Whether the word between ``start`` and ``end`` is used as things are, or stands alone in quotation marks."""
    before = text[max(0, start - REACH) : start]
    if BEHIND.match(text, end) or (OPENED.search(before) and CLOSED.match(text, end)):
        return True
    return BEFORE.search(before) is not None and not text.startswith(("'s ", "’s "), end)
