r"""Whole runs of messages are parsed at once, which is many times faster than one value at a time.

Telegram Desktop writes every message on lines of its own, so between two messages stands ``},``, a line break, the
indentation of messages and ``{``. No string of JSON holds a line break, so what stands between two such places is
``value, value, ...`` or it is no JSON by itself, and ``orjson`` says which. A run that it accepts is replaced by one
string, its mark, before the streaming parser sees it: where the mark comes out, the run belongs. So the outcome is
the same for every input, and only its speed depends on how the file is laid out.
"""

from __future__ import annotations

import re
import secrets
from itertools import count
from typing import Any, BinaryIO

import orjson

from services.ingest.telegram.repair import RepairedFile

ARRAY = re.compile(rb'"messages"\s*:\s*\[(\s*\n[ \t]*)\{')
#: Bytes of a run that is not worth splitting further when it is no list of values.
SHORT = 4_096


class BlockFile:
    """A file for a JSON parser: ``read`` gives repaired bytes in which runs of messages are only marked."""

    def __init__(self, file: BinaryIO) -> None:
        self._source = RepairedFile(file)
        self._runs: dict[str, list[Any]] = {}
        self._marks = (f"{secrets.token_hex(16)}-{number}" for number in count())
        self._between: bytes | None = None
        self._carry = b""

    @property
    def position(self) -> int:
        """Bytes of the file read so far."""
        return self._source.position

    def take(self, value: object) -> list[Any] | None:
        """The run that a string stands for, once; ``None`` for any other value."""
        return self._runs.pop(value, None) if isinstance(value, str) else None

    def read(self, size: int = -1) -> bytes:
        if not size:
            return b""
        while chunk := self._source.read():
            if out := self._marked(chunk):
                return out
        rest, self._carry = self._carry, b""
        return rest

    def _marked(self, chunk: bytes) -> bytes:
        data = self._carry + chunk
        if self._between is None and (found := ARRAY.search(data)):
            self._between = b"}," + found[1] + b"{"
        if self._between is None:
            # The head of the array may stand across two chunks.
            cut = max(0, len(data) - 256)
            self._carry = data[cut:]
            return data[:cut]
        first, last = data.find(self._between), data.rfind(self._between)
        if first == last:
            cut = max(0, len(data) - len(self._between)) if first < 0 else first + 2
            self._carry = data[cut:]
            return data[:cut]
        self._carry = data[last + 1 :]
        return data[: first + 2] + self._packed(data[first + 2 : last + 1])

    def _packed(self, run: bytes) -> bytes:
        """A mark for the run; where it is no list of values, marks for its parts that are, beside the others as is."""
        values = _messages(run)
        if values is None:
            return self._halved(run)
        mark = next(self._marks)
        self._runs[mark] = values
        return b'"' + mark.encode() + b'"'

    def _halved(self, run: bytes) -> bytes:
        assert self._between is not None
        middle = run.find(self._between, len(run) // 2)
        if len(run) < SHORT or middle < 0:
            return run
        return self._packed(run[: middle + 1]) + b"," + self._packed(run[middle + 2 :])


def _messages(run: bytes) -> list[Any] | None:
    """The values of a run, if it is a list of them, and none is a whole chat."""
    try:
        values: list[Any] = orjson.loads(b"[" + run + b"]")
    except orjson.JSONDecodeError:
        return None
    return values if all(isinstance(value, dict) and "messages" not in value for value in values) else None
