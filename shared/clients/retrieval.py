"""Client of retrieval."""

from __future__ import annotations

import httpx

from shared.clients.base import Client
from shared.contracts.base import Receipt
from shared.contracts.forgetting import Held
from shared.contracts.jobs import Job
from shared.contracts.retrieval import (
    Anchor,
    AnchorChoice,
    ChooseAnchor,
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

    async def anchors(self, persona: str) -> list[Anchor]:
        """The anchors of a persona, in their order."""
        return await self._list(Anchor, f"/v1/personas/{persona}/anchors")

    async def dropped_anchors(self, persona: str) -> list[Anchor]:
        return await self._list(Anchor, f"/v1/personas/{persona}/anchors/dropped")

    async def choose_anchor(self, persona: str, exchange: str, choice: AnchorChoice) -> list[Anchor]:
        """Pin or drop; the answer is the anchors that there are then."""
        path = f"/v1/personas/{persona}/anchors/{exchange}"
        response = await self._call("PUT", path, json=ChooseAnchor(choice=choice).model_dump(mode="json"))
        return [Anchor.model_validate(item) for item in response.json()]

    async def unchoose_anchor(self, persona: str, exchange: str) -> list[Anchor]:
        """Take back a pin or a drop; the answer is the anchors that there are then."""
        response = await self._call("DELETE", f"/v1/personas/{persona}/anchors/{exchange}")
        return [Anchor.model_validate(item) for item in response.json()]

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
