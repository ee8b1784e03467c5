"""Stable keyed pseudonyms: a person is ``user_3f9a`` in every import, and nobody without the key can tell who."""

from __future__ import annotations

from collections.abc import Collection

SHORTEST = 4


def pseudonym(peer_hash: bytes, taken: Collection[str]) -> str:
    """``user_`` and the first four hex digits of the peer's keyed hash; one more for as long as somebody has them.

    Lower case, so that a pseudonym in the owner's text does not count as a capital of theirs.
    """
    digits = peer_hash.hex()
    for length in range(SHORTEST, len(digits) + 1):
        name = f"user_{digits[:length]}"
        if name not in taken:
            return name
    raise AssertionError("two people have the same hash")
