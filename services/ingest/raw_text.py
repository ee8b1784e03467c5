"""The one way by which the owner gets to see raw text of single messages."""

from __future__ import annotations

from collections.abc import Iterable

from services.ingest.keys import Keys


def show_raw(keys: Keys, sealed: Iterable[bytes]) -> list[str]:
    """What was written, word for word."""
    return [keys.unseal(text) for text in sealed]
