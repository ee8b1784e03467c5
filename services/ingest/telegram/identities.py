"""Numbers for what an export leaves without one: made of the content, so that the same is the same in every import.

They are out of the range of Telegram's own numbers, which have at most 52 bits.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import orjson

#: The first number that is ours, and how many there are; all of them fit a signed 64-bit integer.
FIRST, COUNT = 10**18, 8 * 10**18


def chat_of(name: str) -> int:
    """A chat that is known by its name only."""
    return FIRST + _digest(name.encode())


def peer_of(name: str) -> str:
    """A person who is known by their display name only."""
    return f"user{FIRST + _digest(name.encode())}"


def identified(message: object) -> object:
    """A message with ``id`` and ``from_id``, where it has none."""
    if not isinstance(message, dict):
        return message
    made: dict[str, Any] = {}
    if message.get("id") is None:
        made["id"] = -FIRST - _digest(orjson.dumps(message, option=orjson.OPT_SORT_KEYS))
    name = message.get("from")
    if message.get("from_id") is None and isinstance(name, str) and name:
        made["from_id"] = peer_of(name)
    return {**message, **made}


def _digest(content: bytes) -> int:
    return int.from_bytes(blake2b(content, digest_size=8).digest()) % COUNT
