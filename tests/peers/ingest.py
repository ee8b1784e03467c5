"""A stand-in for ingest that offers exchanges for indexing, page by page."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import uvicorn
from fastapi import FastAPI, Query

from shared.contracts.ingest import Exchange, ExchangePage
from shared.contracts.privacy import ListName, Phrase
from shared.waiting import wait_until


@dataclass
class FakeIngest:
    """Serves ``exchanges`` in their order; the cursor is the number of those served before."""

    exchanges: list[Exchange] = field(default_factory=list)
    asked: list[str | None] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)
    #: Stop answering when this cursor is asked for, as an ingest that died would.
    breaks_at: str | None = None

    def page(self, after: str | None, limit: int, chats: list[int] | None) -> ExchangePage:
        self.asked.append(after)
        if after is not None and after == self.breaks_at:
            raise httpx.ConnectError("ingest is away")
        offered = [e for e in self.exchanges if chats is None or e.chat in chats]
        start = int(after or 0)
        end = start + limit
        return ExchangePage(items=offered[start:end], next=str(end) if end < len(offered) else None)

    @property
    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/v1/exchanges")
        async def exchanges(
            after: str | None = None, limit: int = 500, chats: list[int] | None = Query(default=None)
        ) -> ExchangePage:
            return self.page(after, limit, chats)

        @app.get("/v1/lists/{name}")
        async def phrases(name: ListName) -> list[Phrase]:
            listed = self.allowed if name is ListName.ALLOW else []
            return [Phrase(phrase=phrase, added_at=datetime.now(UTC)) for phrase in listed]

        return app

    @property
    def transport(self) -> httpx.AsyncBaseTransport:
        return httpx.ASGITransport(self.app)

    @contextmanager
    def listening(self, port: int) -> Iterator[str]:
        """The same on a real socket, for a client in another process."""
        server = uvicorn.Server(uvicorn.Config(self.app, port=port, log_level="error"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        try:
            wait_until(lambda: server.started, seconds=60, what="the fake ingest")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(10)
