"""Builds the sample export from its sources: ``python examples/anselm/build.py`` (``--check`` only compares).

Reads ``chats/*.chat`` (the format is in README.md) and writes ``result.json`` as Telegram Desktop would have exported
the whole account, and ``planted.json``: ``{kind: [strings]}``, every string that cleaning must remove.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
OWNER = ("user5100000001", "Anselm Varga")
ABOUT = "Here is the data you requested. Everybody in it is invented, and every number and address is made up."

CHAT = re.compile(r'@chat (\w+) (\d+)(?: "([^"]+)")?')
PERSON = re.compile(r'@person (\w+) (user\d+) "([^"]+)"')
DAY = re.compile(r"== (\d{4}-\d{2}-\d{2})")
SERVICE = re.compile(r"(\d{2}:\d{2}) \* (\w+) (\w+)(?: (\S+))?")
MESSAGE = re.compile(r"(\d{2}:\d{2}) (\w+)(?: \{([^}]*)\})?:(?: (.*))?")
PLANTED = re.compile(r"\[\[(\w+)\|(.*?)\]\]")
NOTE = re.compile(r"(\w+)(?: (.+))?")
CHAT_TYPES = ("saved_messages", "personal_chat", "bot_chat", "private_group", "private_supergroup")
SERVICE_ACTIONS = (
    "phone_call",
    "pin_message",
    "invite_members",
    "create_group",
    "edit_group_photo",
    "join_group_by_link",
)
LINK = re.compile(r"(?<!\w)(?:https?://\S+?(?=[.,;!?)]*(?:\s|$))|@\w{3,}|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)")


class FormatError(ValueError):
    """A source line that does not follow the format: ``file:line: what is wrong``."""


@dataclass
class Chat:
    file: Path
    id: int
    type: str
    name: str | None
    people: dict[str, tuple[str, str]] = field(default_factory=lambda: {"me": OWNER})
    messages: list[dict[str, Any]] = field(default_factory=list)
    day: date | None = None
    last: datetime | None = None

    def export(self) -> dict[str, Any]:
        name = {} if self.name is None else {"name": self.name}
        return {**name, "type": self.type, "id": self.id, "messages": self.messages}


@dataclass
class Sample:
    chats: list[Chat] = field(default_factory=list)
    planted: dict[str, list[str]] = field(default_factory=dict)

    def plant(self, kind: str, text: str) -> None:
        found = self.planted.setdefault(kind, [])
        if text not in found:
            found.append(text)


def build(folder: Path = HERE / "chats") -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The export and the planted strings.

    Raises:
        FormatError: a source does not follow the format.
    """
    sample = Sample()
    for file in sorted(folder.glob("*.chat")):
        _read(file, sample)
    user_id = int(OWNER[0].removeprefix("user"))
    first, last = OWNER[1].split()
    export = {
        "about": ABOUT,
        "personal_information": {
            "user_id": user_id,
            "first_name": first,
            "last_name": last,
            "username": "@anselm_varga",
            "bio": "bicycles, bread, a boat and a gull",
        },
        "contacts": {"about": "Contacts.", "list": _contacts(sample)},
        "chats": {"about": "This page lists all chats from this export.", "list": [c.export() for c in sample.chats]},
    }
    return export, {kind: sorted(sample.planted[kind]) for kind in sorted(sample.planted)}


def _contacts(sample: Sample) -> list[dict[str, Any]]:
    people = {peer: name for chat in sample.chats for peer, name in chat.people.values() if peer != OWNER[0]}
    return [
        {"user_id": int(peer.removeprefix("user")), "first_name": first, "last_name": last}
        for peer, name in sorted(people.items())
        for first, _, last in [name.partition(" ")]
    ]


def _read(file: Path, sample: Sample) -> None:
    chat: Chat | None = None
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            if not line.strip():
                continue
            if match := CHAT.fullmatch(line):
                _need(chat is None, "a second @chat")
                _need(match[1] in CHAT_TYPES, f"unknown type of chat {match[1]}")
                chat = Chat(file, int(match[2]), match[1], match[3])
                sample.chats.append(chat)
                continue
            _need(chat is not None, "the file must begin with @chat")
            assert chat is not None
            _line(chat, line, sample)
        except FormatError as error:
            raise FormatError(f"{file.name}:{number}: {error}") from None


def _line(chat: Chat, line: str, sample: Sample) -> None:
    if match := PERSON.fullmatch(line):
        _need(match[1] not in chat.people, f"{match[1]} is there already")
        chat.people[match[1]] = (match[2], match[3])
    elif match := DAY.fullmatch(line):
        day = date.fromisoformat(match[1])
        _need(chat.day is None or day > chat.day, "days must go forward")
        chat.day = day
    elif match := SERVICE.fullmatch(line):
        _service(chat, match)
    elif match := MESSAGE.fullmatch(line):
        _message(chat, match, sample)
    else:
        raise FormatError(f"cannot read {line[:40]!r}")


def _need(condition: bool, problem: str) -> None:
    if not condition:
        raise FormatError(problem)


def _moment(chat: Chat, clock: str) -> datetime:
    """Messages of one minute follow each other by seconds, as people type."""
    _need(chat.day is not None, "a message before the first day")
    assert chat.day is not None
    try:
        moment = datetime.combine(chat.day, time.fromisoformat(clock), UTC)
    except ValueError:
        raise FormatError(f"{clock} is no time") from None
    if chat.last is not None and moment <= chat.last:
        _need(moment.replace(second=0) >= chat.last.replace(second=0), f"{clock} goes back in time")
        moment = chat.last + timedelta(seconds=7)
    chat.last = moment
    return moment


def _base(chat: Chat, clock: str, kind: str) -> dict[str, Any]:
    moment = _moment(chat, clock)
    number = len(chat.messages) + 1
    return {
        "id": number,
        "type": kind,
        "date": f"{moment:%Y-%m-%dT%H:%M:%S}",
        "date_unixtime": f"{moment.timestamp():.0f}",
    }


def _person(chat: Chat, alias: str) -> tuple[str, str]:
    _need(alias in chat.people, f"nobody here is called {alias}")
    return chat.people[alias]


def _above(chat: Chat, mark: str) -> int:
    _need(re.fullmatch(r"\^\d+", mark) is not None, f"{mark} should be ^ and a number")
    target = len(chat.messages) + 1 - int(mark[1:])
    _need(1 <= target <= len(chat.messages), f"there is no message {mark}")
    return target


def _service(chat: Chat, match: re.Match[str]) -> None:
    clock, alias, action, argument = match.groups()
    peer, name = _person(chat, alias)
    _need(action in SERVICE_ACTIONS, f"unknown action {action}")
    target = _above(chat, argument or "") if action == "pin_message" else None
    message = _base(chat, clock, "service") | {"actor": name, "actor_id": peer, "action": action}
    match action:
        case "phone_call":
            _need(bool(argument) and argument.isdigit(), "a phone call needs its seconds")
            message["duration_seconds"] = int(argument)
        case "pin_message":
            message["message_id"] = target
        case "invite_members":
            _need(bool(argument), "who was invited?")
            message["members"] = [chat.people[argument][1] if argument in chat.people else argument]
        case "create_group":
            message |= {"title": chat.name, "members": [name for _, name in chat.people.values()]}
        case "join_group_by_link":
            message["inviter"] = "Group"
        case "edit_group_photo":
            message |= {
                "photo": "(File not included. Change data exporting settings to download.)",
                "width": 640,
                "height": 640,
            }
    chat.messages.append(message | {"text": "", "text_entities": []})


def _message(chat: Chat, match: re.Match[str], sample: Sample) -> None:
    clock, alias, notes, text = match.groups()
    peer, name = _person(chat, alias)
    pairs = [_note(note.strip()) for note in notes.split(";")] if notes else []
    reply = next((_above(chat, value) for key, value in pairs if key == "reply"), None)
    message = _base(chat, clock, "message") | {"from": name, "from_id": peer}
    if reply is not None:
        message["reply_to_message_id"] = reply
    for key, value in pairs:
        if key != "reply":
            message |= _special(key, value, chat)
    plain = _text(text or "", sample)
    if "via_bot" in message and not plain:
        message |= {"file": MISSING, "media_type": "animation", "mime_type": "video/mp4"}
    _need(bool(plain) or bool(message.keys() & {"file", "photo", "location_information"}), "no text and no media")
    entities = _entities(plain)
    body: Any = plain if len(entities) <= 1 and all(e["type"] == "plain" for e in entities) else _mixed(entities)
    chat.messages.append(message | {"text": body, "text_entities": entities})


def _note(note: str) -> tuple[str, str]:
    match = NOTE.fullmatch(note)
    _need(match is not None, f"cannot read the note {note!r}")
    assert match is not None
    return match[1], (match[2] or "").strip('"')


MISSING = "(File not included. Change data exporting settings to download.)"


def _special(key: str, value: str, chat: Chat) -> dict[str, Any]:
    match key:
        case "edited":
            _need(re.fullmatch(r"\d{2}:\d{2}", value) is not None and chat.last is not None, "edited needs a time")
            assert chat.last is not None
            moment = datetime.combine(chat.last.date(), time.fromisoformat(value), UTC)
            _need(moment >= chat.last.replace(second=0), "edited before it was written")
            moment = max(moment, chat.last)
            return {"edited": f"{moment:%Y-%m-%dT%H:%M:%S}", "edited_unixtime": f"{moment.timestamp():.0f}"}
        case "forward":
            return {"forwarded_from": value}
        case "via":
            return {"via_bot": f"@{value}"}
        case "sticker":
            return {"file": MISSING, "media_type": "sticker", "sticker_emoji": value, "width": 512, "height": 512}
        case "voice":
            return _timed("voice_message", "audio/ogg", value)
        case "round":
            return _timed("video_message", "video/mp4", value)
        case "video":
            return _timed("video_file", "video/mp4", value)
        case "photo":
            return {"photo": MISSING, "width": 1280, "height": 960}
        case "file":
            return {"file": MISSING, "file_name": value, "mime_type": "application/octet-stream"}
        case "location":
            latitude, longitude = (float(part) for part in value.split(","))
            return {"location_information": {"latitude": latitude, "longitude": longitude}}
        case "react":
            return {"reactions": [{"type": "emoji", "count": 1, "emoji": value}]}
    raise FormatError(f"unknown note {key}")


def _timed(media: str, mime: str, seconds: str) -> dict[str, Any]:
    _need(seconds.isdigit(), f"{media} needs its seconds")
    return {"file": MISSING, "media_type": media, "mime_type": mime, "duration_seconds": int(seconds)}


def _text(text: str, sample: Sample) -> str:
    for kind, planted in PLANTED.findall(text):
        sample.plant(kind, planted)
    plain = PLANTED.sub(lambda m: m[2], text)
    _need("[[" not in plain and "]]" not in plain, "a planted string is not [[kind|string]]")
    return plain.replace("\\n", "\n")


def _entities(text: str) -> list[dict[str, str]]:
    return list(_split(text)) if text else []


def _split(text: str) -> Iterator[dict[str, str]]:
    position = 0
    for match in LINK.finditer(text):
        if match.start() > position:
            yield {"type": "plain", "text": text[position : match.start()]}
        kind = "link" if match[0].startswith("http") else "mention" if match[0].startswith("@") else "email"
        yield {"type": kind, "text": match[0]}
        position = match.end()
    if position < len(text):
        yield {"type": "plain", "text": text[position:]}


def _mixed(entities: list[dict[str, str]]) -> list[str | dict[str, str]]:
    parts: list[str | dict[str, str]] = [e["text"] if e["type"] == "plain" else e for e in entities]
    return parts if isinstance(parts[-1], str) else [*parts, ""]


def as_exported(export: dict[str, Any]) -> str:
    r"""As Telegram Desktop writes it: one space of indent, and control characters as ``\xNN``, which is not JSON."""
    text = json.dumps(export, ensure_ascii=False, indent=1)
    return re.sub(r"\\\\x([0-9a-f]{2})", r"\\x\1", text) + "\n"


def as_json(planted: dict[str, list[str]]) -> str:
    return json.dumps(planted, ensure_ascii=False, indent=2) + "\n"


def main() -> None:
    try:
        export, planted = build()
    except FormatError as error:
        sys.exit(str(error))
    contents = {HERE / "result.json": as_exported(export), HERE / "planted.json": as_json(planted)}
    if "--check" in sys.argv[1:]:
        stale = [file.name for file, text in contents.items() if not file.exists() or file.read_text("utf-8") != text]
        sys.exit(f"not built from the sources: {', '.join(stale)}" if stale else 0)
    for file, text in contents.items():
        file.write_text(text, encoding="utf-8")
    messages = sum(len(chat["messages"]) for chat in export["chats"]["list"])
    print(
        f"{len(export['chats']['list'])} chats, {messages} messages, {sum(map(len, planted.values()))} planted strings"
    )


if __name__ == "__main__":
    main()
