"""Client of feedback."""

from __future__ import annotations

import httpx

from shared.clients.base import Client
from shared.contracts.base import Receipt
from shared.contracts.feedback import (
    FeedbackStatistics,
    ForgetOpinions,
    Given,
    PairRequest,
    PreferenceDataset,
    PreferenceRequest,
    Rating,
    RatingRequest,
)
from shared.contracts.forgetting import Held
from shared.settings import Settings


class FeedbackClient(Client):
    service = "feedback"

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        super().__init__(settings, settings.feedback_url, transport)

    async def rate(self, request: RatingRequest) -> Rating:
        return await self._post(Rating, "/v1/ratings", request)

    async def ratings(self, persona: str) -> list[Rating]:
        return await self._list(Rating, "/v1/ratings", persona=persona)

    async def compare(self, request: PairRequest) -> FeedbackStatistics:
        return await self._post(FeedbackStatistics, "/v1/pairs", request)

    async def statistics(self, persona: str) -> FeedbackStatistics:
        return await self._get(FeedbackStatistics, "/v1/statistics", persona=persona)

    async def build_dataset(self, request: PreferenceRequest) -> PreferenceDataset:
        return await self._post(PreferenceDataset, "/v1/datasets", request)

    async def datasets(self, persona: str | None = None) -> list[PreferenceDataset]:
        return await self._list(PreferenceDataset, "/v1/datasets", persona=persona)

    async def kept_of(self, person: str) -> Given:
        """All that is kept of a tester."""
        return await self._get(Given, f"/v1/people/{person}/data")

    async def forget(self, request: ForgetOpinions, *, dry_run: bool = False) -> Receipt:
        """
        Args:
            dry_run: remove nothing, say only what it would be.
        """
        return await self._post(Receipt, "/v1/forget", request, dry_run=dry_run)

    async def held(self) -> list[Held]:
        """Whom something is held of."""
        return await self._list(Held, "/v1/held")
