"""Frames and messages on one connection. Source: https://core.telegram.org/mtproto/description (MTProto 2.0)."""

from __future__ import annotations

import asyncio
import os
import struct
import time
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from typing import Any

from telethon.crypto import AES, AuthKey
from telethon.extensions import BinaryReader
from telethon.tl.core import GzipPacked, MessageContainer, RpcResult

#: What a server says in the place of a message where it does not know the key.
UNKNOWN_KEY = struct.pack("<i", -404)

VECTOR, TRUE = 0x1CB5C415, 0x997275B5

_numbers = count(1)


@dataclass(frozen=True)
class Sealed:
    """A message under an authorization key, opened."""

    id: int
    session: int
    salt: int
    body: Any


@dataclass
class Frames:
    """The "full" transport: length, number, payload, CRC-32."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    _sent: int = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            (length,) = struct.unpack("<i", await self.reader.readexactly(4))
            rest = await self.reader.readexactly(length - 4)
            assert zlib.crc32(struct.pack("<i", length) + rest[:-4]) == struct.unpack("<I", rest[-4:])[0]
            yield rest[4:-4]

    async def send(self, payload: bytes) -> None:
        frame = struct.pack("<ii", len(payload) + 12, self._sent) + payload
        self._sent += 1
        self.writer.write(frame + struct.pack("<I", zlib.crc32(frame)))
        await self.writer.drain()


def message_id() -> int:
    """Unix time in units of 2^-32 s, odd as an answer's is, never twice."""
    return ((int(time.time() * 2**32) + 4 * next(_numbers)) & ~3) | 1


def key_id_of(payload: bytes) -> int:
    """The key that a payload is under; 0 while there is none yet."""
    (number,) = struct.unpack("<q", payload[:8])
    return int(number)


def read_plain(payload: bytes) -> Any:
    return BinaryReader(payload[20:]).tgread_object()


def plain(body: Any) -> bytes:
    content = bytes(body)
    return struct.pack("<qqi", 0, message_id(), len(content)) + content


def unseal(key: AuthKey, payload: bytes) -> Sealed:
    message_key = payload[8:24]
    content = AES.decrypt_ige(payload[24:], *_cipher(key.key, message_key, 0))
    assert sha256(key.key[88:120] + content).digest()[8:24] == message_key
    salt, session, number, _, length = struct.unpack("<qqqii", content[:32])
    return Sealed(number, session, salt, BinaryReader(content[32 : 32 + length]).tgread_object())


def seal(key: AuthKey, to: Sealed, body: bytes) -> bytes:
    content = struct.pack("<qqqii", to.salt, to.session, message_id(), 1, len(body)) + body
    content += os.urandom(-(len(content) + 12) % 16 + 12)
    message_key = sha256(key.key[96:128] + content).digest()[8:24]
    encrypted = AES.encrypt_ige(content, *_cipher(key.key, message_key, 8))
    return struct.pack("<Q", key.key_id) + message_key + encrypted


def contained(message: Sealed) -> list[Sealed]:
    """The messages in a container, unpacked, or the message itself."""
    if isinstance(message.body, MessageContainer):
        inner = [Sealed(one.msg_id, message.session, message.salt, one.obj) for one in message.body.messages]
        return [part for one in inner for part in contained(one)]
    if isinstance(message.body, GzipPacked):
        body = BinaryReader(message.body.data).tgread_object()
        return [Sealed(message.id, message.session, message.salt, body)]
    return [message]


def result(to: Sealed, answer: Any) -> bytes:
    """``rpc_result``; what is large is packed, as Telegram packs it."""
    begin = struct.pack("<Iq", RpcResult.CONSTRUCTOR_ID, to.id)
    if isinstance(answer, list):
        return begin + struct.pack("<Ii", VECTOR, len(answer)) + b"".join(map(bytes, answer))
    content = struct.pack("<I", TRUE) if answer is True else bytes(answer)
    return begin + GzipPacked.gzip_if_smaller(True, content)


def _cipher(key: bytes, message_key: bytes, direction: int) -> tuple[bytes, bytes]:
    """Key and vector; ``direction`` is 0 from the client, 8 to it."""
    a = sha256(message_key + key[direction : direction + 36]).digest()
    b = sha256(key[40 + direction : 76 + direction] + message_key).digest()
    return a[:8] + b[8:24] + a[24:], b[:8] + a[8:24] + b[24:]
