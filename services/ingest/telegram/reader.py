"""Reads ``result.json`` from front to back, one value at a time; memory does not grow with the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, ClassVar

import ijson

from services.ingest.telegram.blocks import BlockFile
from services.ingest.telegram.identities import identified
from services.ingest.telegram.items import Account, Contact, ExportedChat, Item, RawMessages
from services.ingest.telegram.naming import chat_of
from services.ingest.telegram.repair import CHUNK
from services.ingest.telegram.signatures import describe_keys, describe_start
from shared.errors import Invalid

EXPORT_AGAIN = (
    "Export again in Telegram Desktop: Settings, Advanced, Export Telegram data, format 'Machine-readable JSON'."
)
#: What a chat is whose export does not say: most chats are with one person.
UNKNOWN = "personal_chat"


@dataclass
class ExportReader:
    """Iterate over an export: accounts and contacts as met, each chat before its messages.

    Args:
        name: the file's name, for errors.

    Raises (while iterating):
        Invalid: not Telegram Desktop's JSON, cut short, or a field above the messages is missing or of the wrong type.
    """

    file: BinaryIO
    name: str
    tells_less: ClassVar[bool] = False
    _seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._source = BlockFile(self.file)

    @property
    def position(self) -> int:
        """Bytes of the file read so far."""
        return self._source.position

    def __iter__(self) -> Iterator[Item]:
        start = self.file.read(512)
        self.file.seek(0)
        if problem := describe_start(start):
            raise self._invalid(problem)
        self._events = ijson.basic_parse(self._source, buf_size=CHUNK)
        try:
            yield from self._document()
            next(self._events, None)
        except (ijson.JSONError, ValueError) as error:  # the latter for bytes that are no text, and endless numbers
            raise self._broken(error) from None

    def _document(self) -> Iterator[Item]:
        self._expect(next(self._events)[0], "start_map", "the top level", "an object")
        header: dict[str, Any] = {}
        for key in self._keys():
            self._seen.add(key)
            if key == "personal_information":
                yield self._account(self._value())
            elif key == "contacts":
                yield from self._contacts(self._value())
            elif key in ("chats", "left_chats"):
                yield from self._chats(key)
            elif key == "messages":
                yield from self._messages(header, "messages")
            elif key in ("id", "type", "name"):
                header[key] = self._value()
            else:
                self._skip()
        if not self._seen & {"messages", "chats", "left_chats"}:
            raise self._invalid(describe_keys(self._seen))

    def _chats(self, section: str) -> Iterator[Item]:
        self._expect(next(self._events)[0], "start_map", section, "an object with a list")
        for key in self._keys():
            if key != "list":
                self._skip()
                continue
            self._expect(next(self._events)[0], "start_array", f"{section}.list", "a list")
            for number, (event, value) in enumerate(self._elements()):
                if self._source.take(value) is None:  # a run has no chat with messages in it
                    yield from self._chat(event, f"{section}.list[{number}]")

    def _chat(self, event: str, place: str) -> Iterator[Item]:
        self._expect(event, "start_map", place, "an object")
        header: dict[str, Any] = {}
        for key in self._keys():
            if key == "messages":
                yield from self._messages(header, f"{place}.messages")
            elif key in ("id", "type", "name"):
                header[key] = self._value()
            else:
                self._skip()

    def _messages(self, header: dict[str, Any], place: str) -> Iterator[Item]:
        self._expect(next(self._events)[0], "start_array", place, "a list")
        above = place.removesuffix("messages")
        name = _text(header.get("name"))
        chat = ExportedChat(self._chat_id(header, above), self._chat_type(header, above), name or None)
        yield chat
        for event, value in self._elements():
            run = self._source.take(value) or [self._build(event, value)]
            yield RawMessages(chat.id, run if "id" in header else [identified(one) for one in run])

    def _chat_id(self, header: dict[str, Any], above: str) -> int:
        """Exports that were cut down by other tools may lack it; those of other apps do."""
        value = header.get("id")
        if value is None:
            if app := describe_keys(self._seen, or_else=""):
                raise self._invalid(f"the field {above}id is missing{app}")
            return chat_of(_text(header.get("name")))
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 1 << 63:
            raise self._invalid(f"the field {above}id is not a number")
        return value

    def _chat_type(self, header: dict[str, Any], above: str) -> str:
        value = header.get("type", UNKNOWN)
        if not isinstance(value, str):
            raise self._invalid(f"the field {above}type is not a text")
        return value

    def _account(self, value: object) -> Account:
        if not isinstance(value, dict) or not isinstance(value.get("user_id"), int):
            raise self._invalid("the field personal_information.user_id is missing or not a number")
        first, last, username = (_text(value.get(key)) for key in ("first_name", "last_name", "username"))
        return Account(value["user_id"], first, last, username)

    def _contacts(self, value: object) -> Iterator[Contact]:
        entries = value.get("list") if isinstance(value, dict) else None
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, dict) and isinstance(entry.get("user_id"), int) and entry["user_id"]:
                yield Contact(entry["user_id"], _text(entry.get("first_name")), _text(entry.get("last_name")))

    def _keys(self) -> Iterator[str]:
        for event, value in self._events:
            if event == "end_map":
                return
            yield value

    def _elements(self) -> Iterator[tuple[str, Any]]:
        for event, value in self._events:
            if event == "end_array":
                return
            yield event, value

    def _value(self) -> Any:
        return self._build(*next(self._events))

    def _skip(self) -> None:
        depth = 0
        for event, value in self._events:
            self._source.take(value)
            depth += event.startswith("start_")
            depth -= event.startswith("end_")
            if depth == 0:
                return

    def _build(self, event: str, value: Any) -> Any:
        """The whole value that begins with this event; without recursion, since a file may nest as deep as it likes."""
        if event not in ("start_map", "start_array"):
            return value
        root: Any = {} if event == "start_map" else []
        stack, keys = [root], [""]
        for event, value in self._events:
            if event == "map_key":
                keys[-1] = value
                continue
            if event in ("end_map", "end_array"):
                stack.pop()
                keys.pop()
                if not stack:
                    break
                continue
            item = {} if event == "start_map" else [] if event == "start_array" else value
            top = stack[-1]
            if isinstance(top, dict):
                top[keys[-1]] = item
            elif run := self._source.take(item):
                top += run
            else:
                top.append(item)
            if event in ("start_map", "start_array"):
                stack.append(item)
                keys.append("")
        return root

    def _expect(self, event: str, wanted: str, place: str, what: str) -> None:
        if event != wanted:
            raise self._invalid(f"{place} is not {what}")

    def _broken(self, error: Exception) -> Invalid:
        """Says where, never what: the parser's own message quotes the file."""
        at = f"near byte {self.position:,}"
        if "premature EOF" in str(error):
            return Invalid(f"{self.name} is cut short: it ends {at} in the middle.", hint="Copy or export it again.")
        return self._invalid(f"it is not valid JSON {at}")

    def _invalid(self, problem: str) -> Invalid:
        return Invalid(
            f"{self.name} is not an export of Telegram Desktop that can be read: {problem}.", hint=EXPORT_AGAIN
        )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
