"""Stable keyed pseudonyms: a person is ``user_3f9a`` in every import, and nobody without the key can tell who."""

from __future__ import annotations

from collections.abc import Collection

SHORTEST = 4


def pseudonym(peer_hash: bytes, taken: Collection[str], forgotten: Collection[bytes] = ()) -> str:
    """``user_`` and the first four hex digits of the peer's keyed hash; one more for as long as somebody has them.

    Args:
        forgotten: hashes of people who are to stay forgotten: nobody else is called what they may have been called.

    Lower case, so that a pseudonym in the owner's text does not count as a capital of theirs.
    """
    digits = peer_hash.hex()
    for length in range(SHORTEST, len(digits) + 1):
        name = f"user_{digits[:length]}"
        if name not in taken and not any(other.hex().startswith(digits[:length]) for other in forgotten):
            return name
    raise AssertionError("two people have the same hash")
