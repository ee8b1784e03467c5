"""Which adapter speaks for which persona, now. A change is prepared first and switched to then: it drops no request."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from services.inference.backends.base import Backend
from services.inference.metrics import Metrics
from shared.clients.trainer import TrainerClient
from shared.contracts.trainer import AdapterState, Route
from shared.errors import AnselmError, NotFound, Unavailable
from shared.telemetry import logger

log = logger(__name__)

#: A question about an unknown persona asks the trainer again, but not more often than this, in seconds.
FRESH = 1.0


@dataclass(frozen=True)
class Live:
    """A route that the model server is ready for. ``since`` is Unix time in seconds."""

    route: Route
    model: str
    since: int


class Router:
    """Holds the live routes. One refresh runs at a time; readers never wait for it unless their persona is unknown.

    Args:
        release_after: how long a replaced model stays loaded, longer than any reply takes.
        clock: seconds, for tests.
    """

    def __init__(
        self,
        trainer: TrainerClient,
        backend: Backend,
        metrics: Metrics,
        *,
        release_after: timedelta,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._trainer = trainer
        self._backend = backend
        self._metrics = metrics
        self._release_after = release_after.total_seconds()
        self._clock = clock
        self._live: dict[str, Live] = {}
        self._retired: dict[str, float] = {}
        self._failed: dict[str, AnselmError] = {}
        self._refreshing = asyncio.Lock()
        self._asked = float("-inf")

    def personas(self) -> list[Live]:
        """Every live route, by persona."""
        return [self._live[persona] for persona in sorted(self._live)]

    async def find(self, persona: str) -> Live:
        """The live route of a persona.

        Raises:
            NotFound: nothing was promoted for it.
            Unavailable: something was, but the model server cannot speak for it, or the trainer does not answer.
        """
        if persona not in self._live:
            await self._refresh_unless_fresh()
        if (live := self._live.get(persona)) is not None:
            return live
        if (error := self._failed.get(persona)) is not None:
            raise Unavailable(f"{persona} cannot speak now: {error.message}", hint=error.hint)
        known = ", ".join(sorted(self._live)) or "none"
        raise NotFound(f"There is no persona {persona!r} (live: {known}).", hint="Promote an adapter: anselm promote")

    async def refresh(self) -> None:
        """Ask the trainer what is live, and change over to it.

        Raises:
            Unavailable: the trainer does not answer; everything stays as it is.
        """
        async with self._refreshing:
            await self._refresh()

    async def _refresh_unless_fresh(self) -> None:
        async with self._refreshing:
            if self._clock() - self._asked > FRESH:
                await self._refresh()

    async def _refresh(self) -> None:
        routes = {route.persona: route for route in await self._trainer.routes()}
        for persona in self._live.keys() - routes.keys():
            self._retire(persona, "withdrawn")
        self._failed.clear()
        for route in routes.values():
            await self._follow(route)
        await self._release_idle()
        self._asked = self._clock()

    async def _follow(self, route: Route) -> None:
        """Make one route live. A model server that cannot leaves the old one in place, unless that was withdrawn."""
        current = self._live.get(route.persona)
        changed = current is None or current.route != route
        if changed and current is not None and await self._is_withdrawn(current.route.adapter):
            self._retire(route.persona, "withdrawn")
        try:
            model = self._backend.model_name(route)
            await self._backend.prepare(route)
        except AnselmError as error:
            self._fail(route, error, changed)
            return
        if changed:
            self._switch(route, model)

    def _switch(self, route: Route, model: str) -> None:
        old = self._live.get(route.persona)
        self._live[route.persona] = Live(route, model, int(time.time()))
        self._retired.pop(model, None)
        if old is not None and old.model != model:
            self._retired[old.model] = self._clock()
        self._metrics.route_changes.labels(route.persona, "live").inc()
        log.info("persona_changed_over", persona=route.persona, adapter=route.adapter)

    def _fail(self, route: Route, error: AnselmError, changed: bool) -> None:
        self._failed[route.persona] = error
        if changed:
            self._metrics.route_changes.labels(route.persona, "failed").inc()
        log.warning("adapter_not_prepared", persona=route.persona, adapter=route.adapter, reason=str(error))

    def _retire(self, persona: str, why: str) -> None:
        old = self._live.pop(persona)
        self._retired[old.model] = self._clock()
        self._metrics.route_changes.labels(persona, why).inc()
        log.info("persona_silenced", persona=persona, adapter=old.route.adapter, reason=why)

    async def _is_withdrawn(self, adapter: str) -> bool:
        """Was somebody in it forgotten? Then it must not speak while its successor is being loaded."""
        try:
            return (await self._trainer.adapter(adapter)).state == AdapterState.TAINTED
        except NotFound:
            return True

    async def _release_idle(self) -> None:
        in_use = {live.model for live in self._live.values()}
        due = [
            m for m, since in self._retired.items() if self._clock() - since > self._release_after and m not in in_use
        ]
        for model in due:
            del self._retired[model]
            try:
                await self._backend.release(model)
            except AnselmError as error:
                log.warning("model_not_released", model=model, reason=str(error))
