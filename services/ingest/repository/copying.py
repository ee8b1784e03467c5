"""Rows of messages in PostgreSQL's binary COPY format, packed by whoever made them, so that they pass on as bytes.

Source: "File Formats, Binary Format" on the page of COPY in PostgreSQL's manual.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from struct import Struct
from typing import Any, NamedTuple

from psycopg import AsyncConnection
from sqlalchemy.ext.asyncio import AsyncSession

HEADER, TRAILER = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
NULL = b"\xff\xff\xff\xff"
#: PostgreSQL counts microseconds from 2000.
EPOCH = 946_684_800
_LENGTH, _INT4, _INT8 = Struct("!i").pack, Struct("!ii").pack, Struct("!iq").pack
_TRUE, _FALSE = b"\0\0\0\1\1", b"\0\0\0\1\0"


class StoredMessage(NamedTuple):
    """One row as it is written, with the columns' names. Times are Unix seconds."""

    account_id: int
    chat_id: int
    id: int
    at: int
    sender_id: int
    edited_at: int | None
    reply_to: int | None
    reply_chat: int | None
    forwarded: bool
    via_bot: bool
    business: bool
    media: str | None
    details: bytes | None
    raw: bytes | None
    clean: str | None
    cleaned_with: bytes
    fingerprint: bytes
    import_id: str


def _int4(value: int) -> bytes:
    return _INT4(4, value)


def _int8(value: int | None) -> bytes:
    return NULL if value is None else _INT8(8, value)


def _moment(value: int | None) -> bytes:
    return NULL if value is None else _INT8(8, (value - EPOCH) * 1_000_000)


def _bool(value: bool) -> bytes:
    return _TRUE if value else _FALSE


def _bytes(value: bytes | None) -> bytes:
    return NULL if value is None else _LENGTH(len(value)) + value


def _text(value: str | None) -> bytes:
    return NULL if value is None else _bytes(value.encode())


_PACKERS: tuple[Callable[[Any], bytes], ...] = (
    _int4, _int8, _int8, _moment, _int4, _moment, _int8, _int8, _bool, _bool, _bool, _text, _bytes, _bytes, _text,
    _bytes, _bytes, _text,
)  # fmt: skip
_FIELDS = Struct("!h").pack(len(_PACKERS))


def packed(rows: Iterable[StoredMessage]) -> bytes:
    """Without header and trailer, so that it can be joined to others."""
    return b"".join(
        _FIELDS + b"".join([pack(value) for pack, value in zip(_PACKERS, row, strict=True)]) for row in rows
    )


async def driver(session: AsyncSession) -> AsyncConnection[Any]:
    """The driver's connection of a transaction: COPY goes past SQLAlchemy."""
    raw = await (await session.connection()).get_raw_connection()
    connection = raw.driver_connection
    assert isinstance(connection, AsyncConnection)
    return connection
