"""The file that a fetch appends to, a JSON object a line. A killed fetch goes on after the last line that is whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from services.ingest.pulling.dialogs import Peer
from shared.errors import AnselmError, StorageFull, disk_is_full

PULL = "pull.jsonl"


@dataclass(frozen=True)
class Part:
    """The messages of one chat at Telegram, which fill a chat here alone or with the group that it was before.

    Attributes:
        source: index in the plan.
        after: only messages above this id are read.
        pulled_to: the cursor before this pull; ``None``: never pulled. What lies up to it is read again.
        shift: added to every id, as Telegram Desktop does with the messages of the group before.
    """

    source: int
    chat: int
    peer: Peer
    after: int
    pulled_to: int | None = None
    shift: int = 0

    @classmethod
    def load(cls, raw: dict[str, Any]) -> Part:
        return cls(**{**raw, "peer": Peer(**raw["peer"])})


@dataclass
class Standing:
    """How far a fetch has come. ``last``: the highest id read of ``part``; ``messages``: read in all."""

    begun: bool = False
    part: Part | None = None
    last: int = 0
    beyond: int = 0
    messages: int = 0
    ended: bool = False


class PullFile:
    def __init__(self, folder: Path) -> None:
        self.path = folder / PULL

    def lines(self) -> Iterator[tuple[dict[str, Any], int]]:
        """Every whole line, with the offset behind it."""
        if not self.path.exists():
            return
        offset = 0
        with self.path.open("rb") as file:
            for raw in file:
                offset += len(raw)
                if not raw.endswith(b"\n") or (line := _parse(raw)) is None:
                    return
                yield line, offset

    def resume(self) -> Standing:
        """Where to go on; what follows the last whole line is cut off."""
        standing, whole = Standing(), 0
        for line, end in self.lines():
            whole, standing.begun = end, True
            if "part" in line:
                standing.part, standing.last, standing.beyond = Part.load(line["part"]), 0, 0
            elif "messages" in line:
                count(standing, line)
            standing.ended = "end" in line
        if self.path.exists():
            os.truncate(self.path, whole)
        return standing

    def append(self, line: dict[str, Any]) -> None:
        """
        Raises:
            StorageFull: the disk is full. What was written of the line is cut off when the fetch goes on.
        """
        try:
            with self.path.open("ab") as file:
                file.write(orjson.dumps(line) + b"\n")
                if "end" in line:
                    file.flush()
                    os.fsync(file.fileno())
        except OSError as error:
            if disk_is_full(error):
                raise StorageFull("The disk is full.", hint="Free some space, then pull again.") from error
            raise AnselmError(f"{self.path} cannot be written: {error.strerror}.") from error


def chat_line(part: Part, kind: str, name: str | None) -> dict[str, Any]:
    return {"chat": {"id": part.chat, "type": kind, "name": name}, "part": asdict(part)}


def page_line(part: Part, last: int, messages: list[dict[str, Any]]) -> dict[str, Any]:
    """``last``: the highest id read, which may be one of a message that is not kept."""
    beyond = sum(one["id"] > (part.pulled_to or 0) for one in messages)
    return {"chat_id": part.chat, "last": last, "beyond": beyond, "messages": messages}


def count(standing: Standing, line: dict[str, Any]) -> None:
    """``line`` is a page of the part that the standing is at."""
    standing.last = line["last"]
    standing.beyond += line["beyond"]
    standing.messages += len(line["messages"])


def _parse(raw: bytes) -> dict[str, Any] | None:
    try:
        line = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    return line if isinstance(line, dict) else None
