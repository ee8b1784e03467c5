"""`anselm rotate-key`: stored text under a new key."""

from __future__ import annotations

import typer

from cli.console import Json, document, out, say
from cli.progress import follow
from cli.services import Services, call
from shared.contracts.jobs import Job

app = typer.Typer()


@app.command("rotate-key")
def rotate_key(as_json: Json = False) -> None:
    """Seal everything stored under a new key, while all else goes on. Pseudonyms stay as they are."""
    done = call(lambda services, _: run(services))
    if as_json:
        document(done)
    else:
        out.print(f"{done.detail.get('sealed_anew', 0):,} values are under a new key. The old one opens none of them.")
        say("Copies of the key file are out of date. Back it up again: without it, stored text cannot be read.")


async def run(services: Services) -> Job:
    """Rotate the key and wait for it."""
    return await follow(services.ingest, (await services.ingest.rotate_key()).id, "Key rotation")
