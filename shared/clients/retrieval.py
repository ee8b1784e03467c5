"""Client of retrieval."""

from __future__ import annotations

import httpx

from shared.clients.base import Client
from shared.contracts.base import Receipt
from shared.contracts.forgetting import Held
from shared.contracts.jobs import Job
from shared.contracts.retrieval import (
    Context,
    ContextRequest,
    ForgetRequest,
    Hit,
    IndexRequest,
    Remembered,
    SearchRequest,
    Turn,
)
from shared.settings import Settings


class RetrievalClient(Client):
    service = "retrieval"

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        super().__init__(settings, settings.retrieval_url, transport)

    async def index(self, request: IndexRequest) -> Job:
        """Queue indexing of everything that may be retrieved."""
        return await self._post(Job, "/v1/index", request)

    async def search(self, request: SearchRequest) -> list[Hit]:
        response = await self._call("POST", "/v1/search", json=request.model_dump(mode="json"))
        return [Hit.model_validate(item) for item in response.json()]

    async def context(self, request: ContextRequest) -> Context:
        return await self._post(Context, "/v1/context", request)

    async def turns(self, conversation: str) -> list[Turn]:
        return await self._list(Turn, f"/v1/conversations/{conversation}/turns")

    async def kept_of(self, person: str) -> Remembered:
        """All that is kept of a tester."""
        return await self._get(Remembered, f"/v1/people/{person}/data")

    async def forget(self, request: ForgetRequest, *, dry_run: bool = False) -> Receipt:
        """
        Args:
            dry_run: remove nothing, say only what it would be.
        """
        return await self._post(Receipt, "/v1/forget", request, dry_run=dry_run)

    async def held(self) -> list[Held]:
        """Whom, and which chats, something is held of."""
        return await self._list(Held, "/v1/held")
