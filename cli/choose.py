"""What a command is about when it was not told: the newest dataset, the newest or the live adapter."""

from __future__ import annotations

from cli.services import Services
from shared.contracts.ingest import Dataset
from shared.contracts.jobs import JobState
from shared.contracts.trainer import Adapter, AdapterState
from shared.errors import NotFound


async def dataset(services: Services, persona: str, name: str | None) -> Dataset:
    """The named dataset, or the persona's newest that is finished and untainted.

    Raises:
        NotFound: there is none.
    """
    if name:
        return await services.ingest.dataset(name)
    known = await services.ingest.datasets(persona)
    usable = [d for d in known if d.state is JobState.DONE and not d.tainted]
    if not usable:
        raise NotFound(f"{persona} has no dataset.", hint="Make one with: anselm dataset build")
    return max(usable, key=lambda d: d.version)


async def adapter(services: Services, persona: str, name: str | None) -> Adapter:
    """The named adapter, or the persona's newest that is neither tainted nor removed.

    Raises:
        NotFound: there is none.
    """
    if name:
        return await services.trainer.adapter(name)
    known = await services.trainer.adapters(persona)
    usable = [a for a in known if a.state not in (AdapterState.TAINTED, AdapterState.REMOVED)]
    if not usable:
        raise NotFound(f"{persona} has no adapter.", hint="Train one with: anselm train")
    return max(usable, key=lambda a: a.version)
