"""Who is who in an export that has display names only.

A name that exactly one person or chat is known by stands for that one. Every other name gets a number of its own, made
of the name alone, so that the same export, imported again, names the same people.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from services.ingest.telegram.items import ExportedChat

#: Telegram's own ids have at most 52 bits. Beyond them is room that a double still holds exactly.
BEYOND = 1 << 52


def number_of(*parts: str) -> int:
    """A number between 2^52 and 2^53, the same for the same parts everywhere."""
    digest = hashlib.blake2b("\0".join(parts).encode(), digest_size=8).digest()
    return BEYOND + (int.from_bytes(digest, "big") >> 12)


def chat_of(*parts: str) -> int:
    """A chat that is known by its name only, and by what else tells it from others of that name."""
    return number_of("chat", *parts)


def peer_of(*parts: str) -> str:
    """A person who is known by their display name only, and by what else tells them from others of that name."""
    return f"user{number_of(*parts)}"


def id_in(peer: str) -> int:
    """123 of ``user123``."""
    return int(peer.removeprefix("user"))


@dataclass(frozen=True)
class Directory:
    """Peers such as ``user123`` by display name, and the groups and channels by theirs."""

    people: Mapping[str, frozenset[str]] = field(default_factory=dict)
    chats: Mapping[str, Mapping[int, ExportedChat]] = field(default_factory=dict)

    @classmethod
    def of(cls, people: Iterable[tuple[str, str]], chats: Iterable[ExportedChat] = ()) -> Directory:
        """From pairs of a name and a peer, and from chats."""
        named: dict[str, dict[int, ExportedChat]] = {}
        for chat in chats:
            if chat.name and chat.type not in ("personal_chat", "bot_chat"):
                named.setdefault(chat.name, {})[chat.id] = chat
        return cls(chats=named).knowing(people)

    def knowing(self, people: Iterable[tuple[str, str]]) -> Directory:
        """The same with more people in it."""
        peers = dict(self.people)
        for name, peer in people:
            if peer.startswith("user"):
                peers[name] = peers.get(name, frozenset()) | {peer}
        return Directory(peers, self.chats)

    def peer(self, name: str) -> str:
        """``user123`` of the only person who is called so, else one that is made of the name."""
        known = self.people.get(name, frozenset())
        return next(iter(known)) if len(known) == 1 else peer_of(name)

    def chat(self, name: str) -> ExportedChat | None:
        """The only group or channel that is called so."""
        known = list(self.chats.get(name, {}).values())
        return known[0] if len(known) == 1 else None
