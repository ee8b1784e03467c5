"""`anselm login | logout | pull`: your history straight from Telegram."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated

import typer

from cli import import_report
from cli.commands.imports import ask_consent
from cli.console import Json, document, err, out, say, table
from cli.login import by_phone, by_qr
from cli.progress import follow
from cli.services import Services, call
from shared.contracts.ingest import Import
from shared.contracts.telegram import Dialog, PullRequest
from shared.errors import Invalid

app = typer.Typer()


@app.command()
def login(
    phone: Annotated[
        str | None, typer.Option(help="Your number with its country code; unless given, you are asked.")
    ] = None,
    qr: Annotated[bool, typer.Option("--qr", help="Scan a QR code with your phone instead.")] = False,
    as_json: Json = False,
) -> None:
    """Log in at Telegram: phone number, code, and the password of two-step verification if you have one."""
    state = call(lambda services, _: by_qr(services) if qr else by_phone(services, phone))
    if as_json:
        document(state)
    else:
        out.print("You are logged in. Choose chats with: anselm pull")


@app.command()
def logout(as_json: Json = False) -> None:
    """End the login at Telegram, and remove it here. What was pulled stays."""
    state = call(lambda services, _: services.ingest.logout())
    if as_json:
        document(state)
    else:
        out.print("You are logged out.")


@app.command()
def pull(
    dms: Annotated[bool, typer.Option("--dms", help="Every private chat with a person.")] = False,
    chat: Annotated[list[str] | None, typer.Option(help="A chat, by name or id; may be repeated.")] = None,
    group: Annotated[list[str] | None, typer.Option(help="A group, by name or id; may be repeated.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Every chat that was pulled before.")] = False,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day at which the first pull of a chat begins."),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many new messages a chat.")] = None,
    consent: Annotated[
        bool, typer.Option("--consent", "--i-consent", help="I consent to the use of my own messages.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Pull chats from Telegram: what is new, what was edited, what was deleted. Unless you name chats, you choose."""
    request = PullRequest(
        dms=dms, chats=chat or [], groups=group or [], again=again, since=since.date() if since else None, limit=limit
    )
    if not (dms or chat or group or again):
        request = request.model_copy(update=_chosen())
    if not consent:
        ask_consent("these chats")
    done = call(lambda services, _: run(services, request.model_copy(update={"consent": True})))
    if as_json:
        document(done)
    else:
        import_report.print_short(done)


async def run(services: Services, request: PullRequest) -> Import:
    """Pull, and wait for it; the owner has consented."""
    begun = await services.ingest.pull(request)
    await follow(services.ingest, begun.id, "Pull")
    return await services.ingest.get_import(begun.id)


def _chosen() -> dict[str, object]:
    """What somebody at a terminal chose, as fields of the request."""
    if not sys.stdin.isatty():
        raise Invalid("No chat was named.", hint="Name some: --dms, --chat NAME, --group NAME, or --again.")
    dialogs = call(lambda services, _: services.ingest.dialogs(names=True))
    rows = [
        (number, one.name, one.type, f"{one.last:%Y-%m-%d}" if one.last else "", "pulled" if one.pulled else "")
        for number, one in enumerate(dialogs, 1)
    ]
    table("Your chats", ("", "name", "type", "last message", ""), rows, empty="There are no chats.", console=err)
    say("Numbers and ranges, such as 1 3 5-8. Nothing: those that were pulled before.")
    answer = typer.prompt("Which", default="", show_default=False, err=True)
    return {"chats": [str(one.id) for one in pick(answer, dialogs)]} if answer.strip() else {"again": True}


def pick(answer: str, dialogs: list[Dialog]) -> list[Dialog]:
    """The chats that the answer numbers.

    Raises:
        Invalid: it has something else than numbers that are there.
    """
    chosen: list[Dialog] = []
    for part in answer.replace(",", " ").split():
        first, _, last = part.partition("-")
        if not (first.isdecimal() and (last or first).isdecimal()):
            raise Invalid(f"{part!r} is no number of a chat.", hint="Answer with numbers, such as 1 3 5-8.")
        numbers = range(int(first), int(last or first) + 1)
        if not numbers or not 1 <= numbers[0] <= numbers[-1] <= len(dialogs):
            raise Invalid(f"{part!r} is not among 1 to {len(dialogs)}.", hint="Answer with numbers of the list.")
        chosen += [dialogs[number - 1] for number in numbers]
    return chosen
