"""The FastAPI factory: auth, request ids, metrics, health, and one handler for the tree of errors."""

from __future__ import annotations

import hmac
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from shared.contracts.jobs import Job
from shared.errors import AnselmError, Unauthorized, Unavailable
from shared.jobs import read_job, watch_job
from shared.settings import Settings
from shared.telemetry import configure_logging, logger, request_id

log = logger(__name__)

#: A named check that raises an ``AnselmError`` when the service cannot do its job.
Check = Callable[[], Awaitable[None]]

bearer = HTTPBearer(auto_error=False)


def make_app(
    service: str,
    settings: Settings,
    *,
    routers: list[APIRouter],
    ready: Mapping[str, Check],
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
) -> FastAPI:
    """A service's application. Every route but ``/health`` needs the bearer token.

    Args:
        ready: what the service stands on, by name; ``/ready`` lists the names whose check fails.
        lifespan: opens what the service holds, and closes it.
    """
    configure_logging(service, settings.log_level)
    app = FastAPI(title=f"Anselm AI: {service}", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.metrics = CollectorRegistry()
    guard = [Depends(_require_token(settings))]
    for router in routers:
        app.include_router(router, dependencies=guard)
    app.include_router(_health_router(service))
    app.include_router(_inside_router(app, service, ready), dependencies=guard)
    app.add_exception_handler(AnselmError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(RedisError, _on_redis)
    _add_telemetry(app, service)
    return app


def job_router(redis: Callable[[], Redis]) -> APIRouter:
    """Progress of a service's long work, as JSON and as server-sent events."""
    router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

    @router.get("/{job_id}")
    async def job(job_id: str) -> Job:
        return await read_job(redis(), job_id)

    @router.get("/{job_id}/events", response_class=StreamingResponse)
    async def events(job_id: str) -> StreamingResponse:
        await read_job(redis(), job_id)
        return StreamingResponse(_server_sent_events(redis(), job_id), media_type="text/event-stream")

    return router


async def _server_sent_events(redis: Redis, job_id: str) -> AsyncIterator[str]:
    async for job in watch_job(redis, job_id):
        yield f"data: {job.model_dump_json()}\n\n"


def _require_token(settings: Settings) -> Callable[..., None]:
    expected = settings.service_token.get_secret_value()

    def check(credentials: HTTPAuthorizationCredentials | None = Depends(bearer)) -> None:
        given = credentials.credentials if credentials else ""
        if not expected:
            raise Unauthorized("This service has no SERVICE_TOKEN and answers nobody.", hint="Run: anselm init")
        if not hmac.compare_digest(given.encode(), expected.encode()):
            raise Unauthorized("The bearer token is missing or wrong.", hint="Send: Authorization: Bearer <SERVICE_TOKEN>")

    return check


def _health_router(service: str) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/health")
    async def health() -> dict[str, str]:
        return {"service": service, "status": "alive"}

    return router


def _inside_router(app: FastAPI, service: str, checks: Mapping[str, Check]) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/ready")
    async def ready(response: Response) -> dict[str, Any]:
        missing = {name: why for name, check in checks.items() if (why := await _failure(check))}
        response.status_code = 503 if missing else 200
        return {"service": service, "ready": not missing, "missing": missing}

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(app.state.metrics), media_type=CONTENT_TYPE_LATEST)

    @router.get("/openapi.json", include_in_schema=False)
    async def openapi() -> dict[str, Any]:
        return app.openapi()

    return router


async def _failure(check: Check) -> str | None:
    try:
        await check()
    except AnselmError as error:
        return str(error)
    except (RedisError, OSError) as error:
        return f"{type(error).__name__}: {error}"
    return None


def error_body(error: AnselmError) -> dict[str, Any]:
    """The error as every service sends it: OpenAI's shape, with a hint and the request id beside it."""
    detail = {"message": error.message, "type": error.code, "code": error.code, "param": None}
    return {"error": detail | {"hint": error.hint, "request_id": request_id.get()}}


async def _on_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AnselmError)
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
    return JSONResponse(error_body(error), status_code=error.status, headers=headers)


async def _on_invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    problems = "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors())
    body = error_body(AnselmError(f"The request is not valid: {problems}"))
    body["error"] |= {"type": "invalid", "code": "invalid"}
    return JSONResponse(body, status_code=422)


async def _on_redis(_: Request, error: Exception) -> JSONResponse:
    return await _on_error(_, Unavailable("Redis does not answer.", hint="Check REDIS_URL and that Valkey runs."))


def _add_telemetry(app: FastAPI, service: str) -> None:
    requests = Counter(
        "anselm_http_requests_total", "Requests served", ["service", "method", "route", "status"], registry=app.state.metrics
    )
    seconds = Histogram(
        "anselm_http_request_seconds", "Time to the response's headers", ["service", "route"], registry=app.state.metrics
    )

    @app.middleware("http")
    async def measure(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        current = _clean_id(request.headers.get("x-request-id"))
        token = request_id.set(current)
        began = time.perf_counter()
        try:
            response = await call_next(request)
        except Exception:
            log.exception("unhandled", method=request.method, path=request.url.path)
            response = JSONResponse(error_body(AnselmError("Something went wrong here; the log has it.")), status_code=500)
        finally:
            request_id.reset(token)
        route = getattr(request.scope.get("route"), "path", "unmatched")
        requests.labels(service, request.method, route, response.status_code).inc()
        seconds.labels(service, route).observe(time.perf_counter() - began)
        if route not in ("/health", "/ready", "/metrics"):
            log.info("request", method=request.method, route=route, status=response.status_code, request_id=current)
        response.headers["x-request-id"] = current
        return response


def _clean_id(given: str | None) -> str:
    return given if given and len(given) <= 64 and given.replace("-", "").isalnum() else uuid.uuid4().hex
