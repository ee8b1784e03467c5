"""`anselm watch`: follow work that runs in the background."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.console import Json, document, out
from cli.progress import follow
from cli.services import Services, call
from shared.clients.base import Client
from shared.contracts.jobs import Job
from shared.errors import Unavailable

app = typer.Typer()


@app.command()
def watch(
    job: Annotated[str, typer.Argument(help="Id of an import, a run or a key rotation, or the name of a dataset.")],
    as_json: Json = False,
) -> None:
    """Follow a job until it has ended. Ctrl-C ends the watching, not the job."""
    done = call(lambda services, _: _watch(services, job))
    if as_json:
        document(done)
    else:
        out.print(f"{done.kind} {done.id}: {done.state}", markup=False)


async def _watch(services: Services, job_id: str) -> Job:
    client = await _answering(services)
    return await follow(client, job_id, (await client.job(job_id)).kind)


async def _answering(services: Services) -> Client:
    """Every service that queues work tells of all jobs: take the first that answers."""
    first, *others = (services.ingest, services.trainer, services.retrieval)
    for client in (first, *others):
        try:
            await client.ping()
        except Unavailable:
            continue
        return client
    return first
