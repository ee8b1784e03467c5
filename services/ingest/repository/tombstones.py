"""Who and what is to stay forgotten, as imports and cleaning need it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest.cleaning.forgotten_names import ForgottenBook
from services.ingest.keys import Keys
from services.ingest.models import Tombstone

PERSON, CHAT = "person", "chat"


class Tombstones:
    def __init__(self, session: AsyncSession, keys: Keys) -> None:
        self._session = session
        self._keys = keys

    async def people(self, peers: Iterable[str]) -> set[str]:
        """Those of the peers who are to stay forgotten."""
        hashes = await self.hashes(PERSON)
        return {peer for peer in peers if self._keys.peer_hash(peer) in hashes} if hashes else set()

    async def chats(self, chats: Iterable[int]) -> set[int]:
        """Those of the chats that are to stay forgotten."""
        hashes = await self.hashes(CHAT)
        return {chat for chat in chats if self._keys.mark(CHAT, str(chat)) in hashes} if hashes else set()

    async def hashes(self, kind: str) -> set[bytes]:
        return set(await self._session.scalars(select(Tombstone.hash).where(Tombstone.kind == kind)))

    async def book(self) -> ForgottenBook | None:
        """The words of all forgotten names; none where there are none."""
        lists = await self._session.scalars(select(Tombstone.words).where(func.cardinality(Tombstone.words) > 0))
        marks = frozenset(mark for words in lists for mark in words)
        return ForgottenBook(self._keys.forgotten, marks) if marks else None

    async def bury(self, peers: Iterable[str], words: Sequence[bytes], chats: Iterable[int]) -> None:
        people = [{"hash": self._keys.peer_hash(peer), "kind": PERSON, "words": words} for peer in sorted(set(peers))]
        places = [{"hash": self._keys.mark(CHAT, str(chat)), "kind": CHAT, "words": []} for chat in sorted(set(chats))]
        await self._session.execute(insert(Tombstone).values([*people, *places]).on_conflict_do_nothing())

    async def learn(self, peer: str, words: Sequence[bytes]) -> None:
        """More words of a forgotten person's names."""
        row = await self._session.get_one(Tombstone, self._keys.peer_hash(peer))
        if new := sorted({*row.words, *words}):
            await self._session.execute(update(Tombstone).where(Tombstone.hash == row.hash).values(words=new))
