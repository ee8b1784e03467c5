r"""Telegram Desktop writes control characters as ``\xNN``, which is not JSON; here they become ``\u00NN``. Half of a
surrogate pair becomes the replacement character."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

_PARTS = {"hex": "[0-9a-fA-F]", "high": "u[dD][89abAB][0-9a-fA-F]{2}", "low": "u[dD][c-fC-F][0-9a-fA-F]{2}"}
#: In this order: ours, a whole pair, half of one, anything else that is escaped.
ESCAPE = re.compile(
    r"\\(?:x({hex}{{2}})|{high}\\{low}|({high}|{low})|[\s\S])".format(**_PARTS).encode(),
)
#: What may become one of those with the bytes that follow.
BEGUN = re.compile(r"\\(?:x?|x{hex}|u{hex}{{0,3}}|{high}(?:\\(?:u{hex}{{0,3}})?)?)\Z".format(**_PARTS).encode())
LONGEST = len(rb"\ud83d\ude0")
SUSPECT = re.compile(rb"\\(?:x|u[dD][89a-fA-F])")
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
            yield ESCAPE.sub(_repair, data) if SUSPECT.search(data) else data
    if carry:
        yield ESCAPE.sub(_repair, carry)


def _unfinished(data: bytes) -> int:
    """Where an escape begins that ``data`` does not finish, else its length."""
    for start in range(max(0, len(data) - LONGEST), len(data)):
        if data[start : start + 1] == b"\\" and BEGUN.match(data, start):
            before = len(data[:start]) - len(data[:start].rstrip(b"\\"))
            if before % 2 == 0:
                return start
    return len(data)


def _repair(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return b"\\u00" + match[1]
    return rb"\ufffd" if match[2] else match[0]


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
