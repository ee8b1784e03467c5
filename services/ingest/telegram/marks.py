"""What Telegram itself marked in a text as a telephone number, mailbox, card or link: evidence for the cleaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shared.privacy.detectors import Evidence
from shared.privacy.private_links import is_private

#: Types of an export's parts of a text, and the kinds they are masked under.
KINDS = {"phone": "phone", "email": "email", "bank_card": "card", "text_link": "link"}
_TYPES = {kind: type_ for type_, kind in KINDS.items()}
#: Where in a message's details the marks are kept: lists of kind, start and end in characters.
MARKED = "marked"


def marks_of(parts: object) -> list[list[Any]] | None:
    """The marks in ``text`` as Telegram Desktop writes it; a text without any entity is no list there.

    A link behind other words counts where it is private; one whose address is gone counts as that.
    """
    if not isinstance(parts, list):
        return None
    found, position = [], 0
    for part in parts:
        inner = part.get("text") if isinstance(part, dict) else part
        if not isinstance(inner, str):
            return None
        length = len(inner) - inner.count("\0")
        if isinstance(part, dict) and length and (kind := KINDS.get(str(part.get("type")))) and _counts(part):
            found.append([kind, position, position + length])
        position += length
    return found or None


def _counts(part: Mapping[str, Any]) -> bool:
    href = part.get("href")
    return part["type"] != "text_link" or not href or not isinstance(href, str) or is_private(href)


def evidence_of(details: Mapping[str, Any] | None) -> tuple[Evidence, ...]:
    return tuple(Evidence(kind, start, end) for kind, start, end in details.get(MARKED, ())) if details else ()


def marked_parts(text: str, marks: list[list[Any]]) -> list[Any]:
    """A text with its marks in the shape of the export again."""
    return [*_parts(text, marks)]


def _parts(text: str, marks: list[list[Any]]) -> Iterator[Any]:
    position = 0
    for kind, start, end in marks:
        if start > position:
            yield text[position:start]
        yield {"type": _TYPES[kind], "text": text[start:end], **({"href": ""} if kind == "link" else {})}
        position = end
    if position < len(text):
        yield text[position:]
