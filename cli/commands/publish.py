"""`anselm publish`: an adapter for others, with a card that says what it is."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import IO, Annotated

import typer

from cli.console import Json, document, out
from cli.private_file import private_file
from cli.services import Services, call
from shared.contracts.trainer import PUBLISHED, PublishRequest
from shared.errors import AnselmError, Conflict

app = typer.Typer()


@app.command()
def publish(
    adapter: Annotated[str, typer.Argument(help="Its name, for example anselm-v7.")],
    to: Annotated[Path, typer.Option("--to", help="An empty or new folder, or a FILE.zip.")],
    title: Annotated[str | None, typer.Option(help="Heads the card; unless given, the adapter's name.")] = None,
    license_: Annotated[
        str | None, typer.Option("--license", help="Id of a license, for example cc-by-nc-4.0; unless given, none.")
    ] = None,
    base_model: Annotated[
        str | None, typer.Option(help="What others know its base model by: OWNER/NAME. Needed where it was a folder.")
    ] = None,
    with_system_prompt: Annotated[
        bool, typer.Option("--with-system-prompt", help="Put the system prompt on the card. It may name people.")
    ] = False,
    without_canaries: Annotated[
        bool,
        typer.Option("--without-canaries", help="Though nobody knows whether it gives up secrets; the card tells."),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite what is there.")] = False,
    as_json: Json = False,
) -> None:
    """Pack only the LoRA adapter with a model card. Refused are tainted adapters and those that leak."""
    request = PublishRequest(
        title=title,
        license=license_,
        base_model=base_model,
        with_system_prompt=with_system_prompt,
        without_canaries=without_canaries,
    )
    _refuse(to, force)
    call(lambda services, _: _publish(services, adapter, request, to, force))
    if as_json:
        document({"adapter": adapter, "to": str(to), "files": list(PUBLISHED)})
        return
    out.print(f"{adapter} is packed in {to}: {', '.join(PUBLISHED)}.", markup=False, soft_wrap=True)
    out.print("Read the card before you publish it: it is written for those who will talk with the persona.")


async def _publish(services: Services, adapter: str, request: PublishRequest, to: Path, force: bool) -> None:
    with tempfile.TemporaryFile() as archive:
        async for piece in services.trainer.publish(adapter, request):
            archive.write(piece)
        with _opened(archive) as packed:
            if to.suffix == ".zip":
                archive.seek(0)
                with private_file(to, force=force) as target:
                    shutil.copyfileobj(archive, target)
            else:
                _unpack(packed, to)


def _opened(archive: IO[bytes]) -> zipfile.ZipFile:
    """The archive, after checking that it is whole and holds what a publication holds."""
    try:
        packed = zipfile.ZipFile(archive)
        damaged = packed.testzip()
    except zipfile.BadZipFile as error:
        raise AnselmError("The adapter did not arrive whole.", hint="Try again.") from error
    if damaged or packed.namelist() != list(PUBLISHED):
        raise AnselmError("The trainer packed something else than an adapter.", hint="Is it of the same version?")
    return packed


def _unpack(packed: zipfile.ZipFile, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        packed.extractall(folder)
    except OSError as error:
        raise AnselmError(f"{folder} cannot be written: {error.strerror}.") from error


def _refuse(to: Path, force: bool) -> None:
    """What is there stays, unless told otherwise."""
    if to.suffix == ".zip" or force:
        return
    if to.is_file():
        raise Conflict(f"{to} is a file.", hint="Name a folder, or a FILE.zip.")
    if to.is_dir() and any(to.iterdir()):
        raise Conflict(f"{to} is not empty.", hint="Name a new folder, or write into it with --force.")
