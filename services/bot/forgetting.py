"""Forgetting a tester. Ingest does it, everywhere; the bot passes on the wish, and what is left to wait for."""

from __future__ import annotations

from pydantic import BaseModel

from shared.clients.ingest import IngestClient
from shared.contracts.base import Removed
from shared.contracts.forgetting import SubjectKind


class Forgotten(BaseModel):
    """What was removed, and the places that still have to be told, which needs nobody's help."""

    removed: list[Removed]
    waiting: list[str]


class Forgetting:
    def __init__(self, ingest: IngestClient) -> None:
        self._ingest = ingest

    async def forget(self, person: str) -> Forgotten:
        """
        Raises:
            Unavailable: ingest does not answer; nothing was removed.
        """
        receipt = await self._ingest.forget(person, SubjectKind.TESTER)
        return Forgotten(removed=receipt.removed, waiting=receipt.waiting)
