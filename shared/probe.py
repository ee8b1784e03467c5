"""Is a process ready? For container health checks: the exit status is 0 when it is.

python -m shared.probe ingest                   a service, at the address that the settings give
python -m shared.probe worker-gpu@anselm        a Celery worker, by its node name
"""

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


def worker_missing(node: str, settings: Settings | None = None, seconds: float = 5.0) -> dict[str, str]:
    """The same of a Celery worker: it must answer a ping within ``seconds``, also while it works on a task."""
    from shared.queue import make_queue

    queue = make_queue("probe", settings or Settings())
    answers = queue.control.inspect([node], timeout=seconds, limit=1).ping()
    return {} if answers else {node: "does not answer"}


if __name__ == "__main__":
    name, *url = sys.argv[1:3]
    lacking = worker_missing(name) if "@" in name else asyncio.run(missing(name, url[0] if url else None))
    if lacking:
        sys.exit("; ".join(f"{name}: {why}" for name, why in lacking.items()))
