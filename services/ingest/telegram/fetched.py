"""Reads what a pull fetched; see ``services/ingest/pulling/pull_file.py`` for how it is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, ClassVar

import orjson

from services.ingest.telegram.items import Account, Contact, ExportedChat, Item, RawMessages
from shared.errors import Invalid


@dataclass
class FetchedReader:
    """
    Raises (while iterating):
        Invalid: a line is not of this form, or the last one is missing.
    """

    file: BinaryIO
    name: str
    position: int = 0
    tells_less: ClassVar[bool] = False

    def __iter__(self) -> Iterator[Item]:
        ended = False
        for raw in self.file:
            self.position += len(raw)
            line = self._parse(raw)
            ended = "end" in line
            yield from _items(line)
        if not ended:
            raise Invalid(f"{self.name} is cut short.", hint="Pull again.")

    def _parse(self, raw: bytes) -> dict[str, Any]:
        try:
            line: dict[str, Any] = orjson.loads(raw)
        except orjson.JSONDecodeError:
            raise Invalid(f"{self.name} is damaged near byte {self.position:,}.", hint="Pull again.") from None
        return line


def _items(line: dict[str, Any]) -> Iterator[Item]:
    if "account" in line:
        yield Account(**line["account"], logged_in=True)
        for contact in line["contacts"]:
            yield Contact(**contact)
    elif "chat" in line:
        yield ExportedChat(**line["chat"])
    elif "messages" in line:
        yield RawMessages(line["chat_id"], line["messages"])
