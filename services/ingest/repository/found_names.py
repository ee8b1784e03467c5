"""What recognition has told about words, for later imports and the texts that they clean again."""

from __future__ import annotations

from collections.abc import Collection

import orjson
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models
from services.ingest.cleaning.found import Found, Reading
from services.ingest.keys import Keys

#: Rows a statement.
AT_ONCE = 5_000


class FoundNames:
    def __init__(self, session: AsyncSession, keys: Keys) -> None:
        self._session = session
        self._keys = keys

    async def all(self) -> list[Found]:
        rows = await self._session.scalars(select(models.FoundName.found))
        return sorted(Found(word, Reading(reading), like) for word, reading, like in map(self._open, rows))

    async def add(self, found: Collection[Found]) -> None:
        """What is decided stays: a word that is there keeps its reading."""
        rows = [{"word_hash": self._hash(one.word), "found": self._seal(one)} for one in found]
        for start in range(0, len(rows), AT_ONCE):
            query = insert(models.FoundName).values(rows[start : start + AT_ONCE])
            await self._session.execute(query.on_conflict_do_nothing())

    async def remove(self, words: Collection[str]) -> set[str]:
        """Forget words, in lower case, and what was taken for a typo of them; returns those that were there."""
        gone = {one.word for one in await self.all() if one.word in words or one.like in words}
        hashes = [self._hash(word) for word in gone]
        await self._session.execute(delete(models.FoundName).where(models.FoundName.word_hash.in_(hashes)))
        return gone

    def _hash(self, word: str) -> bytes:
        return self._keys.fingerprint(b"name:" + word.encode())

    def _seal(self, one: Found) -> bytes:
        return self._keys.seal(orjson.dumps([one.word, one.reading, one.like]).decode())

    def _open(self, sealed: bytes) -> list[str]:
        found: list[str] = orjson.loads(self._keys.unseal(sealed))
        return found
