"""From what is stored back to the shape of Telegram Desktop's JSON: what ``message.py`` and the survey read, written.

Reading what is written here gives what was stored. What was never stored is not made up: a field that only its presence
is known of holds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from services.ingest.telegram.details import LEFT_OUT
from services.ingest.telegram.marks import MARKED, marked_parts
from services.ingest.telegram.message import MEDIA_FIELDS, Message
from services.ingest.telegram.survey import Profile

#: Fields that say which media it was, where no more is known.
EMPTY = {"photo": LEFT_OUT, "file": LEFT_OUT, "place_name": "", "game_title": "", "paid_stars_amount": 0}
#: How the peer of a chat is called, by the chat's type. Every other type is a channel to Telegram.
PEERS = {"personal_chat": "user", "bot_chat": "user", "saved_messages": "user", "private_group": "chat"}


def write_message(message: Message, name: str | None, reply_type: str = "") -> dict[str, Any]:
    """
    Args:
        name: the sender's; none where they have deleted their account.
        reply_type: type of the chat that is answered into, where that is another one and known.
    """
    details = dict(message.details or {})
    reactions, marks = details.pop("reactions", None), details.pop(MARKED, None)
    parts = marked_parts(message.text, marks) if marks else None
    if "poll" in details:
        details["poll"] = {"question": "", **details["poll"]}
    return {
        "id": message.id,
        "type": "message",
        **_moment("date", message.at),
        **(_moment("edited", message.edited) if message.edited else {}),
        "from": name,
        "from_id": message.sender,
        **_origin(message, reply_type),
        **_media(message.media, details),
        **details,
        "text": parts or message.text,
        "text_entities": [
            {"type": "plain", "text": part} if isinstance(part, str) else part
            for part in parts or ([message.text] if message.text else [])
        ],
        **({"reactions": reactions} if reactions else {}),
    }


def write_topic(number: int, title: str) -> dict[str, Any]:
    """The service message that opened a topic; when and by whom is not stored."""
    about = {"type": "service", "action": "topic_created", "title": title}
    return {"id": number, **about, "text": "", "text_entities": []}


def _moment(field: str, at: int) -> dict[str, str]:
    """Local time was that of the machine that exported; here it is UTC."""
    return {field: f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S}", f"{field}_unixtime": str(at)}


def _origin(message: Message, reply_type: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if message.forwarded:
        found["forwarded_from"] = None
    if message.reply_to is not None:
        found["reply_to_message_id"] = message.reply_to
    if message.reply_chat is not None:
        found["reply_to_peer_id"] = f"{PEERS.get(reply_type, 'channel')}{message.reply_chat}"
    if message.via_bot:
        found["via_bot"] = ""
    if message.business:
        found["via_business_bot"] = ""
    return found


def _media(media: str | None, details: dict[str, Any]) -> dict[str, Any]:
    """The field that names the kind of media: its own, or ``media_type``."""
    if media is None:
        return {}
    if media == next((field for field in MEDIA_FIELDS if field == media or field in details), None):
        return {} if media in details else {media: EMPTY.get(media, {})}
    return {"media_type": media}


def full_name(profile: Profile) -> str | None:
    """The display name: the first that begins with the first name, else the first that was met."""
    beginning = [name for name in profile.names if profile.first_name and _last_name(profile, name) is not None]
    return next(iter([*beginning, *profile.names]), None)


def write_account(user_id: int, profile: Profile) -> dict[str, Any]:
    username = f"@{profile.username}" if profile.username else ""
    return {**_entry(user_id, profile, full_name(profile) or ""), "username": username}


def write_contacts(user_id: int, profile: Profile, *, owner: bool) -> Iterator[dict[str, Any]]:
    """An entry for each name. The display name comes last again where others came between, for its first name.

    Args:
        owner: their display name stands with the account.
    """
    full = full_name(profile) or ""
    others = [name for name in profile.names if name != full]
    if not owner:
        yield _entry(user_id, profile, full)
    yield from ({"user_id": user_id, "first_name": "", "last_name": name} for name in others)
    if others:
        yield _entry(user_id, profile, full)


def _entry(user_id: int, profile: Profile, name: str) -> dict[str, Any]:
    last = _last_name(profile, name)
    first, last = (profile.first_name, last) if last is not None else ("", name)
    return {"user_id": user_id, "first_name": first, "last_name": last}


def _last_name(profile: Profile, name: str) -> str | None:
    """What follows the first name in a display name, or nothing where it does not begin so."""
    last = name.removeprefix(profile.first_name).lstrip()
    return last if f"{profile.first_name} {last}".strip() == name else None
