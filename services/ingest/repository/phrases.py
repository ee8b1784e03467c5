"""The owner's lists of phrases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models
from services.ingest.keys import Keys
from shared.contracts.privacy import ListName
from shared.privacy.lists import Lists, normal


class Phrases:
    def __init__(self, session: AsyncSession, keys: Keys) -> None:
        self._session = session
        self._keys = keys

    async def all(self, of: ListName) -> list[tuple[str, datetime]]:
        """Phrases and when they were added, the oldest first."""
        row = models.Phrase
        query = select(row.phrase, row.added_at).where(row.list == of)
        found = [(self._keys.unseal(phrase), at) for phrase, at in await self._session.execute(query)]
        return sorted(found, key=lambda entry: (entry[1], entry[0]))

    async def lists(self) -> Lists:
        allow, deny = [frozenset(phrase for phrase, _ in await self.all(name)) for name in ListName]
        return Lists(allow, deny)

    async def add(self, to: ListName, phrases: Sequence[str]) -> None:
        """What is there already stays as it is."""
        by_hash = {self._hash(phrase): self._keys.seal(normal(phrase)) for phrase in phrases}
        rows = [{"list": to, "phrase_hash": key, "phrase": sealed} for key, sealed in by_hash.items()]
        if rows:
            await self._session.execute(insert(models.Phrase).values(rows).on_conflict_do_nothing())

    async def remove(self, name: ListName, phrases: Sequence[str]) -> None:
        row, hashes = models.Phrase, [self._hash(phrase) for phrase in phrases]
        await self._session.execute(delete(row).where(row.list == name, row.phrase_hash.in_(hashes)))

    def _hash(self, phrase: str) -> bytes:
        return self._keys.fingerprint(f"phrase {normal(phrase).casefold()}".encode())
