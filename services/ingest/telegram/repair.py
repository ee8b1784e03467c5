r"""Telegram Desktop writes control characters as ``\xNN``, which is not JSON; here they become ``\u00NN``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

ESCAPE = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|[\s\S])")
CHUNK = 1 << 18


def repaired(chunks: Iterable[bytes]) -> Iterator[bytes]:
    r"""The same bytes with every ``\xNN`` escape as ``\u00NN``; where chunks end makes no difference.

    An escaped backslash before an ``x`` (``\\x41``) is text and stays.
    """
    carry = b""
    for chunk in chunks:
        data = carry + chunk
        cut = _unfinished(data)
        carry, data = data[cut:], data[:cut]
        if data:
            yield ESCAPE.sub(_repair, data) if b"\\x" in data else data
    if carry:
        yield carry


def _unfinished(data: bytes) -> int:
    r"""Where an escape begins that ``data`` does not finish (``\``, ``\x`` or ``\xN`` at its end), else its length."""
    for start in range(max(0, len(data) - 3), len(data)):
        if data[start : start + 1] == b"\\" and data[start + 1 : start + 2] in (b"", b"x"):
            before = len(data[:start]) - len(data[:start].rstrip(b"\\"))
            if before % 2 == 0:
                return start
    return len(data)


def _repair(match: re.Match[bytes]) -> bytes:
    return b"\\u00" + match[1] if match[1] else match[0]


class RepairedFile:
    """A file for a JSON parser: ``read`` gives repaired bytes, and nothing only at the end."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._chunks = repaired(iter(lambda: file.read(CHUNK), b""))

    def read(self, size: int = -1) -> bytes:
        return next(self._chunks, b"") if size else b""

    @property
    def position(self) -> int:
        """Bytes of the file read so far."""
        return self._file.tell()
