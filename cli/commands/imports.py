"""`anselm import`: an export of Telegram Desktop, with the owner's consent. `anselm imports`: what each import did."""

from __future__ import annotations

import sys
from collections.abc import Awaitable
from pathlib import Path
from typing import Annotated

import typer

from cli import import_report
from cli.console import Json, document, say, table
from cli.packing import files_in, packed
from cli.progress import follow
from cli.services import Services, call
from shared.contracts.ingest import Import
from shared.errors import ConsentMissing, Invalid, NotFound

app = typer.Typer()
imports = typer.Typer(no_args_is_help=True, help="What each import did.")
app.add_typer(imports, name="imports")

CONSENT = """\
From {source}, Anselm would learn how you write, and quote your past messages to itself when it replies.
Only your own words are used. Whatever others wrote is withheld until you record that they agreed:
  anselm consent grant "THEIR NAME" --evidence "how they agreed"
Everything stays on this machine. You can take your consent back at any time: anselm consent revoke"""


@app.command("import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(
            help="The folder that Telegram Desktop made, its result.json, one HTML page, or a .zip of them."
        ),
    ],
    consent: Annotated[
        bool, typer.Option("--consent", "--i-consent", help="I consent to the use of my own messages.")
    ] = False,
    owner: Annotated[
        str | None, typer.Option(help="Your name or from_id in it, where a single chat's file does not tell.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Import an export. What is already known stays as it is; an interrupted import goes on where it was."""
    if not file.exists():
        hint = "Telegram Desktop makes a folder with a result.json in it."
        raise NotFound(f"There is no file or folder {file}.", hint=hint)
    if not consent:
        ask_consent("this export")
    done = call(lambda services, _: run(services, file, owner))
    if as_json:
        document(done)
    else:
        import_report.print_short(done)
        say(f"By chat and by month: anselm imports show {done.id}")


async def run(services: Services, file: Path, owner: str | None = None) -> Import:
    """Upload the file, or what matters of the folder, and wait until it is imported; the owner has consented."""
    begun = await _send(services, file, owner)
    await follow(services.ingest, begun.id, "Import")
    return await services.ingest.get_import(begun.id)


def _send(services: Services, file: Path, owner: str | None) -> Awaitable[Import]:
    if not file.is_dir():
        return services.ingest.upload(file, consent=True, owner=owner)
    content = packed(file, files_in(file))
    return services.ingest.send(f"{file.resolve().name}.zip", content, consent=True, owner=owner)


@imports.command("list")
def list_(as_json: Json = False) -> None:
    """List every import, the newest first."""
    known = call(lambda services, _: services.ingest.imports())
    if as_json:
        document(known)
        return
    rows = [
        (
            i.id,
            i.filename,
            i.source,
            i.state,
            f"{i.report.read:,}",
            f"{i.report.new:,}",
            f"{sum(i.report.refused.values()):,}",
            f"{i.created_at:%Y-%m-%d %H:%M}",
        )
        for i in known
    ]
    columns = ("import", "file", "from", "state", "read", "new", "refused", "started")
    table("", columns, rows, empty="None yet. Import an export with: anselm import result.json")


@imports.command()
def show(
    id_: Annotated[str | None, typer.Argument(metavar="[ID]", help="Unless given, the newest.")] = None,
    names: Annotated[bool, typer.Option(help="Show real names of chats beside their ids.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Write messages by month into this file, as SVG.")] = None,
    as_json: Json = False,
) -> None:
    """Show what became of every message of an import: by kind, by chat, by month, and why some were refused."""

    async def work(services: Services, _: str) -> tuple[Import, dict[int, str | None]]:
        chats = await services.ingest.chats(names=True) if names else []
        return await _chosen(services, id_), {chat.id: chat.name for chat in chats}

    chosen, known = call(work)
    if plot:
        _write(plot, import_report.plot(chosen))
    if as_json:
        document({**chosen.model_dump(mode="json"), **({"chat_names": known} if names else {})})
    else:
        import_report.print_full(chosen, known)


async def _chosen(services: Services, import_id: str | None) -> Import:
    if import_id:
        return await services.ingest.get_import(import_id)
    known = await services.ingest.imports()
    if not known:
        raise NotFound("Nothing was imported yet.", hint="Import an export with: anselm import result.json")
    return known[0]


def _write(file: Path, content: str) -> None:
    try:
        file.write_text(content, encoding="utf-8")
    except OSError as error:
        raise Invalid(f"{file} cannot be written: {error.strerror}.") from error
    say(f"{file} is written.")


def ask_consent(source: str) -> None:
    """
    Args:
        source: what would be learned from.

    Raises:
        ConsentMissing: it is refused, or nobody can be asked.
    """
    if not sys.stdin.isatty():
        raise ConsentMissing("Nothing is imported without your consent.", hint="Give it with --consent.")
    say(CONSENT.format(source=source))
    if not typer.confirm("Do you consent?", default=False, err=True):
        raise ConsentMissing("Nothing was imported.", hint="Without your consent, Anselm keeps nothing of yours.")
