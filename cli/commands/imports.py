"""`anselm import`: an export of Telegram Desktop, with the owner's consent."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.console import Json, document, out, say, table
from cli.progress import follow
from cli.services import Services, call
from shared.contracts.ingest import Import
from shared.errors import ConsentMissing, NotFound

app = typer.Typer()

CONSENT = """\
From this export, Anselm would learn how you write, and quote your past messages to itself when it replies.
Only your own words are used. Whatever others wrote is withheld until you record that they agreed:
  anselm consent grant "THEIR NAME" --evidence "how they agreed"
Everything stays on this machine. You can take your consent back at any time: anselm consent revoke"""


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="result.json of Telegram Desktop: one chat, or a whole account.")],
    consent: Annotated[
        bool, typer.Option("--consent", "--i-consent", help="I consent to the use of my own messages.")
    ] = False,
    owner: Annotated[
        str | None, typer.Option(help="Your name or from_id in it, where a single chat's file does not tell.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Import an export. What is already known stays as it is; an interrupted import goes on where it was."""
    if not file.is_file():
        raise NotFound(f"There is no file {file}.", hint="Telegram Desktop calls it result.json.")
    if not consent:
        ask_consent(CONSENT)
    done = call(lambda services, _: run(services, file, owner))
    if as_json:
        document(done)
    else:
        print_report(done)


async def run(services: Services, file: Path, owner: str | None = None) -> Import:
    """Upload the file and wait until it is imported; the owner has consented."""
    begun = await services.ingest.upload(file, consent=True, owner=owner)
    await follow(services.ingest, begun.id, "Import")
    return await services.ingest.get_import(begun.id)


def print_report(done: Import) -> None:
    """What became of every message."""
    report = done.report
    rows = [("chats", report.chats), ("messages read", report.read), ("new", report.new), ("changed", report.changed)]
    rows += [("unchanged", report.unchanged), ("service messages", report.service), ("media only", report.media_only)]
    rows += [("yours", report.from_owner)]
    rows += [("deleted at Telegram, and now here", report.deleted)] if done.source == "pull" else []
    rows += [(f"refused: {reason}", count) for reason, count in sorted(report.refused.items())]
    rows += [(f"masked: {kind}", count) for kind, count in sorted(report.masked.items())]
    table(f"{done.filename}, owner {done.owner}", ("what", "messages"), [(what, f"{count:,}") for what, count in rows])
    for example in report.refused_examples:
        where = f"chat {example.chat}, message {example.message_id}, field {example.field}"
        out.print(f"refused, for example: {where}: {example.reason}", markup=False)


def ask_consent(explained: str) -> None:
    """
    Raises:
        ConsentMissing: it was not given, or there is nobody to ask.
    """
    if not sys.stdin.isatty():
        raise ConsentMissing("Nothing is imported without your consent.", hint="Give it with --consent.")
    say(explained)
    if not typer.confirm("Do you consent?", default=False, err=True):
        raise ConsentMissing("Nothing was imported.", hint="Without your consent, Anselm keeps nothing of yours.")
