"""`anselm index`: past exchanges, ready to be found."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.console import Json, Persona, document, out
from cli.progress import follow
from cli.services import Services, call
from shared.contracts.jobs import Job
from shared.contracts.retrieval import IndexRequest

app = typer.Typer()


@app.command()
def index(
    persona: Persona = None,
    chat: Annotated[list[int] | None, typer.Option(help="Id of a chat; unless given, every one.")] = None,
    as_json: Json = False,
) -> None:
    """Index every past exchange that its people let be retrieved."""
    job = call(lambda services, persona: run(services, IndexRequest(persona=persona, chats=chat)), persona)
    if as_json:
        document(job)
    else:
        out.print(f"Indexed {job.done:,} {job.unit or 'exchanges'}.")


async def run(services: Services, request: IndexRequest) -> Job:
    """Index and wait for it."""
    return await follow(services.retrieval, (await services.retrieval.index(request)).id, "Index")
