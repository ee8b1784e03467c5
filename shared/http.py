"""The FastAPI factory: auth, request ids, metrics, health, and one handler for the tree of errors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Response
from fastapi.responses import StreamingResponse
from fastapi.security import HTTPBearer
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from shared.contracts.jobs import Job
from shared.error_responses import add_error_handlers, error_body
from shared.errors import AnselmError
from shared.jobs import read_job, watch_job
from shared.middleware import RequestMetrics, RequireToken, Telemetry
from shared.sealing import Seal
from shared.settings import Settings
from shared.telemetry import configure_logging, logger

__all__ = ["Check", "bearer", "error_body", "job_router", "make_app"]

log = logger(__name__)

#: A named check that raises an ``AnselmError`` when the service cannot do its job.
Check = Callable[[], Awaitable[None]]

#: A check that takes longer has failed, in seconds.
CHECK_TIMEOUT = 5.0

#: A stream of progress says something at least this often, in seconds, so that nobody takes the line for dead.
HEARTBEAT = 10.0

#: Names the scheme in the OpenAPI description; ``RequireToken`` enforces it.
bearer = HTTPBearer(auto_error=False)


def make_app(
    service: str,
    settings: Settings,
    *,
    routers: list[APIRouter],
    ready: Mapping[str, Check],
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
    before_metrics: Check | None = None,
) -> FastAPI:
    """A service's application. Every route but ``/health`` needs the bearer token.

    Args:
        ready: what the service stands on, by name; ``/ready`` lists the names whose check fails.
        lifespan: opens what the service holds, and closes it.
        before_metrics: brings up to date what ``/metrics`` shows of work that others do.
    """
    configure_logging(service, settings.log_level, settings.secrets())
    app = FastAPI(title=f"Anselm AI: {service}", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.metrics = CollectorRegistry()
    guarded = [Depends(bearer)]
    for router in routers:
        app.include_router(router, dependencies=guarded)
    app.include_router(_health_router(service))
    app.include_router(_inside_router(app, service, ready, before_metrics), dependencies=guarded)
    add_error_handlers(app)
    app.add_middleware(RequireToken, expected=settings.service_token.get_secret_value())
    app.add_middleware(Telemetry, metrics=RequestMetrics(service, app.state.metrics))
    return app


def job_router(redis: Callable[[], Redis], seal: Seal) -> APIRouter:
    """Progress of a service's long work, as JSON and as server-sent events."""
    router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

    @router.get("/{job_id}")
    async def job(job_id: str) -> Job:
        return await read_job(redis(), seal, job_id)

    @router.get("/{job_id}/events", response_class=StreamingResponse)
    async def events(job_id: str) -> StreamingResponse:
        await read_job(redis(), seal, job_id)
        return StreamingResponse(_server_sent_events(redis(), seal, job_id), media_type="text/event-stream")

    return router


async def _server_sent_events(redis: Redis, seal: Seal, job_id: str) -> AsyncIterator[str]:
    async for job in watch_job(redis, seal, job_id, repeat=HEARTBEAT):
        yield f"data: {job.model_dump_json()}\n\n"


def _health_router(service: str) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/health")
    async def health() -> dict[str, str]:
        return {"service": service, "status": "alive"}

    return router


def _inside_router(app: FastAPI, service: str, checks: Mapping[str, Check], before_metrics: Check | None) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/ready")
    async def ready(response: Response) -> dict[str, Any]:
        reasons = await asyncio.gather(*(_failure(check) for check in checks.values()))
        missing = {name: why for name, why in zip(checks, reasons, strict=True) if why}
        response.status_code = 503 if missing else 200
        return {"service": service, "ready": not missing, "missing": missing}

    @router.get("/metrics")
    async def metrics() -> Response:
        if before_metrics is not None and (why := await _failure(before_metrics)):
            log.warning("metrics_are_old", reason=why)
        return Response(generate_latest(app.state.metrics), media_type=CONTENT_TYPE_LATEST)

    @router.get("/openapi.json", include_in_schema=False)
    async def openapi() -> dict[str, Any]:
        return app.openapi()

    return router


async def _failure(check: Check) -> str | None:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT):
            await check()
    except AnselmError as error:
        return str(error)
    except TimeoutError:
        return f"no answer within {CHECK_TIMEOUT:g} s"
    except (RedisError, OSError) as error:
        return f"{type(error).__name__}: {error}"
    except Exception as error:
        log.exception("check_failed")
        return f"{type(error).__name__}; the log has it"
    return None
