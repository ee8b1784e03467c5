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
        out.print(describe(job))


async def run(services: Services, request: IndexRequest) -> Job:
    """Index and wait for it."""
    return await follow(services.retrieval, (await services.retrieval.index(request)).id, "Index")


def describe(job: Job) -> str:
    """What a finished indexing did."""
    embedded, removed, anchors = (job.detail.get(name, 0) for name in ("embedded", "removed", "anchors"))
    withheld = ", ".join(f"{kind} {count}" for kind, count in job.detail.get("withheld", {}).items())
    private = f"; withheld for what is private in them: {withheld}" if withheld else ""
    return f"{embedded or 'no'} new exchanges embedded, {removed} removed, {anchors} anchors chosen{private}"
