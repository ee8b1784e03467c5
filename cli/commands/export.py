"""`anselm export`: the whole history as a file of the owner's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.console import Json, document, out, say
from cli.private_file import private_file
from cli.services import Services, call

app = typer.Typer()

WARNING = """\
This file will hold everything stored, as it was written: raw text, real names, whatever others wrote to you.
Nothing in it is masked. Only you can read it here; keep it that way."""


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to write it, for example result.json.")],
    owner: Annotated[str | None, typer.Option(help="Whose account, where there are several.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file if it is there.")] = False,
    as_json: Json = False,
) -> None:
    """Write everything stored of your account in the shape of Telegram Desktop's result.json, to keep or to import
    elsewhere."""
    say(WARNING)
    size = call(lambda services, _: _write(services, file, owner, force))
    if as_json:
        document({"file": str(file), "bytes": size})
    else:
        out.print(f"{file}: {size:,} bytes", markup=False, soft_wrap=True)


async def _write(services: Services, file: Path, owner: str | None, force: bool) -> int:
    with private_file(file, force=force) as target:
        async for piece in services.ingest.export(owner):
            target.write(piece)
        return target.tell()
