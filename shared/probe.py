"""Is a service ready? For container health checks: ``python -m shared.probe ingest`` exits 0 when it is."""

from __future__ import annotations

import asyncio
import sys

from shared.clients.base import Client
from shared.settings import Settings


async def missing(service: str, url: str | None = None, settings: Settings | None = None) -> dict[str, str]:
    """What the service lacks to do its job, by name; nothing when it is ready."""
    settings = settings or Settings()
    client = Client(settings, url or getattr(settings, f"{service}_url"))
    client.service = service
    async with client:
        answer = await client.readiness()
    lacking: dict[str, str] = answer["missing"]
    return lacking


if __name__ == "__main__":
    service, *url = sys.argv[1:3]
    lacking = asyncio.run(missing(service, url[0] if url else None))
    if lacking:
        sys.exit("; ".join(f"{name}: {why}" for name, why in lacking.items()))
