"""Can a process do its job? Each check says what is lacking; nothing when it is ready."""

from __future__ import annotations

import asyncio

import httpx

from shared.probe import missing, worker_missing
from shared.settings import Settings


def service(name: str, url: str, settings: Settings) -> str:
    """What the service itself says on ``/ready``."""
    lacking = asyncio.run(missing(name, url, settings))
    return "; ".join(f"{what}: {why}" for what, why in lacking.items())


def worker(node: str, settings: Settings) -> str:
    """Does the Celery worker of this node name answer a ping?"""
    return "; ".join(worker_missing(node, settings, seconds=0.5).values())


def model_server(url: str, settings: Settings) -> str:
    try:
        response = httpx.get(f"{url}/health", headers=_bearer(settings), timeout=2)
    except httpx.TransportError:
        return "does not answer"
    return "" if response.is_success else f"answers {response.status_code}"


def _bearer(settings: Settings) -> dict[str, str]:
    return {"Authorization": f"Bearer {settings.service_token.get_secret_value()}"}
