"""`anselm tester-data`: everything that is kept of a tester, to answer their request for it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.console import Json, document, out
from cli.private_file import private_file
from cli.services import Services, call
from shared.personal_data import PersonalData, collect

app = typer.Typer()


@app.command("tester-data")
def write(
    person: Annotated[str, typer.Argument(help="The tester, for example telegram-4711.")],
    to: Annotated[Path, typer.Option("--to", help="Where to write it, for example data.json.")],
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file if it is there.")] = False,
    as_json: Json = False,
) -> None:
    """Write everything that is kept of a tester as one JSON document, to hand it out to them."""
    data = call(lambda services, _: _write(services, person, to, force))
    counts = {"turns": len(data.turns), "ratings": len(data.ratings), "pairs": len(data.pairs)}
    if as_json:
        document({"file": str(to), "person": person, **counts})
    else:
        said = ", ".join(f"{count} {what}" for what, count in counts.items())
        out.print(f"{to}: {said}", markup=False, soft_wrap=True)


async def _write(services: Services, person: str, to: Path, force: bool) -> PersonalData:
    with private_file(to, force=force) as target:
        data = await collect(services.retrieval, services.feedback, person)
        target.write(data.document)
    return data
