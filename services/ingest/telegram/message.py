"""One message of an export: validated, or refused with a reason."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from services.ingest.telegram.details import details_of
from services.ingest.telegram.marks import MARKED, marks_of

PEER = re.compile(r"(?:user|channel|chat)\d{1,20}")
#: From 1990, since histories of older messengers can be imported into Telegram, to 2100: beyond are milliseconds.
EARLIEST, LATEST = 631_152_000, 4_102_444_800
BIGINT = 1 << 63

MEDIA_FIELDS = (
    "photo", "file", "contact_information", "location_information", "place_name", "game_title",
    "invoice_information", "poll", "todo_list", "giveaway_information", "giveaway_results", "paid_stars_amount",
)  # fmt: skip
MEDIA = frozenset(MEDIA_FIELDS)


class Refused(Exception):
    """The message cannot be taken; ``field`` is where to look, ``reason`` is what it is counted under."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}_{why}")
        self.field = field
        self.reason = f"{field}_{why}"


class Message(NamedTuple):
    """A message as it matters here. Times are Unix seconds; ``sender`` is a peer such as ``user123``.

    A tuple, since an import makes a million of them, and its fields in their order are its line in the spool.

    Attributes:
        reply_to, reply_chat: what is answered; the chat only where that is another one.
        business: it passed through an account of Telegram Business, and may never be learned from.
        details: see ``details_of``; and what Telegram marked in the text, see ``marks_of``.
    """

    chat: int
    id: int
    at: int
    sender: str
    text: str
    edited: int | None = None
    reply_to: int | None = None
    reply_chat: int | None = None
    forwarded: bool = False
    via_bot: bool = False
    business: bool = False
    media: str | None = None
    details: dict[str, Any] | None = None


class Service(NamedTuple):
    """Something that happened in a chat. ``title`` is that of a topic, which has the number of this message."""

    action: str
    id: int | None = None
    title: str | None = None


def parse_message(chat: int, raw: object) -> Message | Service:
    """Validate one element of ``messages``, in the shape that Telegram Desktop writes.

    Raises:
        Refused: id, date, sender or text is missing or wrong, or there is neither text nor media.
    """
    if not isinstance(raw, dict):
        raise Refused("message", "wrong")
    kind = raw.get("type")
    if kind != "message":
        return _other(kind, raw)
    number = _id(raw)
    text, media = _text(raw), _media(raw)
    if media is None and not text.strip():
        raise Refused("text", "empty")
    return Message(
        chat,
        number,
        _date(raw),
        peer(raw.get("from_id")),
        text,
        _edited(raw) if "edited" in raw or "edited_unixtime" in raw else None,
        _optional_id(raw["reply_to_message_id"]) if "reply_to_message_id" in raw else None,
        _peer_number(raw["reply_to_peer_id"]) if "reply_to_peer_id" in raw else None,
        "forwarded_from" in raw or "saved_from" in raw,
        "via_bot" in raw,
        "via_business_bot" in raw,
        media,
        _details(raw),
    )


def _details(raw: dict[str, Any]) -> dict[str, Any] | None:
    details, parts = details_of(raw), raw["text"] if "text" in raw else raw.get("text_entities")
    marks = marks_of(parts) if isinstance(parts, list) else None
    return details if marks is None else {**(details or {}), MARKED: marks}


def _other(kind: object, raw: dict[str, Any]) -> Service:
    if kind == "service":
        return _service(raw)
    if kind == "unsupported":
        raise Refused("type", "unsupported")
    raise Refused("type", "missing" if kind is None else "wrong")


def _service(raw: dict[str, Any]) -> Service:
    action, title = raw.get("action"), raw.get("title")
    known = action if isinstance(action, str) and 0 < len(action) <= 64 else "unknown"
    if known != "topic_created" or not isinstance(title, str):
        return Service(known)
    return Service(known, _optional_id(raw.get("id")), _storable(title))


def _peer_number(value: object) -> int | None:
    """The chat in a peer such as ``channel123``, by the number that chats have in exports."""
    if not isinstance(value, str) or not PEER.fullmatch(value):
        return None
    return _optional_id(int(value.lstrip("acehlnrstu")))


def peer(value: object) -> str:
    """A peer as ``user123``; exports of 2020 and before have the bare number.

    Raises:
        Refused: there is none, or it is no peer.
    """
    if isinstance(value, str) and _is_peer(value):
        return value
    if value is None or value == "":
        raise Refused("from_id", "missing")
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return f"user{value}"
    raise Refused("from_id", "wrong")


@lru_cache(maxsize=4_096)
def _is_peer(value: str) -> bool:
    return PEER.fullmatch(value) is not None


def plain_text(value: object) -> str:
    """``text`` as Telegram Desktop writes it: a string, or a list of strings and entities.

    Raises:
        Refused: it is neither.
    """
    if isinstance(value, str):
        return _storable(value)
    if not isinstance(value, list):
        raise Refused("text", "wrong")
    return _storable("".join(_part(part) for part in value))


def _part(part: object) -> str:
    inner = part.get("text") if isinstance(part, dict) else part
    if not isinstance(inner, str):
        raise Refused("text", "wrong")
    return inner


def _text(raw: dict[str, Any]) -> str:
    if "text" in raw:
        return plain_text(raw["text"])
    return plain_text(raw.get("text_entities", ""))


def _storable(text: str) -> str:
    """PostgreSQL keeps neither NUL nor half of a surrogate pair."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _media(raw: dict[str, Any]) -> str | None:
    kind = raw.get("media_type")
    if kind is None and MEDIA.isdisjoint(raw):
        return None
    if isinstance(kind, str) and kind:
        return kind
    return next((field for field in MEDIA_FIELDS if field in raw), None)


def _id(raw: dict[str, Any]) -> int:
    value = raw.get("id")
    if value is None:
        raise Refused("id", "missing")
    number = _optional_id(value)
    if number is None:
        raise Refused("id", "wrong")
    return number


def _optional_id(value: object) -> int | None:
    valid = isinstance(value, int) and not isinstance(value, bool) and -BIGINT <= value < BIGINT
    return value if valid else None  # type: ignore[return-value]


def _date(raw: dict[str, Any]) -> int:
    at = _unix(raw.get("date_unixtime")) or _local(raw.get("date"))
    if at is not None:
        return at
    missing = raw.get("date_unixtime") is None and raw.get("date") is None
    raise Refused("date", "missing" if missing else "wrong")


def _edited(raw: dict[str, Any]) -> int | None:
    return _unix(raw.get("edited_unixtime")) or _local(raw.get("edited"))


def _unix(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 12:
        value = int(value)
    known = isinstance(value, int) and not isinstance(value, bool) and EARLIEST <= value <= LATEST
    return value if known else None  # type: ignore[return-value]


def _local(value: object) -> int | None:
    """``date`` is local time without a zone. The zone is not in the file, so it is read as UTC."""
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return None
    return _unix(int((parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()))
