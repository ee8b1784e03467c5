"""What every request passes first: its id, its token, its place in the metrics and the log, and the last catch.

Plain ASGI: a stream reaches the client as it is written, and a client that leaves reaches the endpoint.
"""

from __future__ import annotations

import hmac
import time
import uuid

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.error_responses import error_response
from shared.errors import AnselmError, Unauthorized
from shared.telemetry import caller, logger, request_id

log = logger(__name__)

#: Routes that are asked all the time and say nothing new.
QUIET = frozenset({"/health", "/ready", "/metrics"})
OPEN = "/health"

#: Status in log and metrics of a request whose client left before the response began (nginx's convention).
CLIENT_LEFT = 499

#: Header in which a client says what it is. Believed, since whoever has the token may say anything.
CALLER = "x-anselm-caller"


class RequestMetrics:
    """What every service counts of its requests."""

    def __init__(self, service: str, registry: CollectorRegistry) -> None:
        labels = ["service", "method", "route", "status"]
        self._service = service
        self._requests = Counter("anselm_http_requests_total", "Requests served", labels, registry=registry)
        self._seconds = Histogram(
            "anselm_http_request_seconds", "Time to the response's headers", ["service", "route"], registry=registry
        )

    def answered(self, route: str, seconds: float) -> None:
        self._seconds.labels(self._service, route).observe(seconds)

    def served(self, method: str, route: str, status: int) -> None:
        self._requests.labels(self._service, method, route, status).inc()


class Telemetry:
    """Gives the request its id, counts and logs it, and answers an unforeseen exception without details."""

    def __init__(self, app: ASGIApp, metrics: RequestMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        current = _clean_id(headers.get("x-request-id"))
        token, naming = request_id.set(current), caller.set(_clean_caller(headers.get(CALLER)))
        began = time.perf_counter()
        status: int | None = None

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = current
                self._metrics.answered(_route(scope), time.perf_counter() - began)
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception:
            log.exception("unhandled", method=scope["method"], route=_route(scope))
            if status is None:
                response = error_response(AnselmError("Something went wrong here; the log has it."))
                await response(scope, receive, send_with_id)
        finally:
            self._record(scope, status or CLIENT_LEFT)
            request_id.reset(token)
            caller.reset(naming)

    def _record(self, scope: Scope, status: int) -> None:
        route = _route(scope)
        self._metrics.served(scope["method"], route, status)
        if route not in QUIET:
            log.info("request", method=scope["method"], route=route, status=status)


class RequireToken:
    """Answers 401 to every request but ``/health`` that does not carry the bearer token, before its body is read."""

    def __init__(self, app: ASGIApp, expected: str) -> None:
        self._app = app
        self._expected = expected.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = self._refusal(scope) if scope["type"] in ("http", "websocket") else None
        if refused is None:
            await self._app(scope, receive, send)
        else:
            await error_response(refused)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Unauthorized | None:
        if scope["path"] == OPEN:
            return None
        if not self._expected:
            return Unauthorized("This service has no SERVICE_TOKEN and answers nobody.", hint="Run: anselm init")
        scheme, _, given = (Headers(scope=scope).get("authorization") or "").partition(" ")
        if scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), self._expected):
            return None
        return Unauthorized("The bearer token is missing or wrong.", hint="Send: Authorization: Bearer <SERVICE_TOKEN>")


def _route(scope: Scope) -> str:
    """The route's pattern, never the path: a path would be one time series a name."""
    return str(getattr(scope.get("route"), "path", "unmatched"))


def _clean_id(given: str | None) -> str:
    return given if given and len(given) <= 64 and given.replace("-", "").isalnum() else uuid.uuid4().hex


def _clean_caller(given: str | None) -> str:
    return given if given and len(given) <= 32 and given.isascii() and given.replace("-", "").isalnum() else "unknown"
