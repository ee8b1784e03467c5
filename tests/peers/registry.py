"""A stand-in for the trainer's registry: what is live, and the state of adapters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from shared.contracts.trainer import Adapter, AdapterState, Route, Stage
from shared.error_responses import error_body
from shared.errors import Unavailable


@dataclass
class FakeRegistry:
    """Serves ``routes``; adapters named in ``tainted`` are so."""

    routes: dict[str, Route] = field(default_factory=dict)
    tainted: set[str] = field(default_factory=set)
    away: bool = False

    def promote(self, route: Route) -> None:
        self.routes[route.persona] = route

    @property
    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/health")
        async def health() -> dict[str, str]:
            return {"status": "alive"}

        @app.get("/v1/routes", response_model=None)
        async def routes() -> list[Route] | JSONResponse:
            if self.away:
                return JSONResponse(error_body(Unavailable("The registry is away.")), 503)
            return list(self.routes.values())

        @app.get("/v1/adapters/{name}")
        async def adapter(name: str) -> Adapter:
            state = AdapterState.TAINTED if name in self.tainted else AdapterState.RETIRED
            return Adapter(
                name=name,
                persona="anselm",
                version=1,
                stage=Stage.SFT,
                state=state,
                base_model="base",
                dataset="anselm-d1",
                parent=None,
                path="/nowhere",
                merged_path=None,
                digest="0" * 64,
                system_prompt="",
                created_at=datetime.now(UTC),
            )

        return app
