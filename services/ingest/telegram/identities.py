"""Numbers for what a whole chat leaves without one: made of the content, so that the same is the same every time."""

from __future__ import annotations

from typing import Any

import orjson

from services.ingest.telegram.naming import number_of, peer_of


def identified(message: object) -> object:
    """A message with ``id`` and ``from_id``, where it has none."""
    if not isinstance(message, dict):
        return message
    made: dict[str, Any] = {}
    if message.get("id") is None:
        made["id"] = -number_of(orjson.dumps(message, option=orjson.OPT_SORT_KEYS).decode())
    name = message.get("from")
    if message.get("from_id") is None and isinstance(name, str) and name:
        made["from_id"] = peer_of(name)
    return {**message, **made}
