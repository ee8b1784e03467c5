"""`anselm login | logout | pull`: the owner's account at Telegram, and the chats that are read from it."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from typing import Annotated

import typer

from cli import import_report
from cli.commands.imports import ask_consent
from cli.console import Json, document, out, say
from cli.progress import follow
from cli.qr_code import drawn
from cli.services import Services, call
from shared.contracts.ingest import Dialog, Import, LoginState, LoginStep, PullRequest, TelegramState
from shared.errors import Invalid

app = typer.Typer()

#: How often to see whether the code was scanned, in seconds.
EVERY = 2.0


@app.command()
def login(
    phone: Annotated[str | None, typer.Option(help="Your number at Telegram, with its country code.")] = None,
    qr: Annotated[bool, typer.Option("--qr", help="Scan a QR code with Telegram on your phone instead.")] = False,
    as_json: Json = False,
) -> None:
    """Log in at Telegram, so that chats can be pulled. What Telegram asks for is read from the terminal, or from
    standard input, a line each: number, code, password."""

    async def work(services: Services, _: str) -> TelegramState:
        state = await (_scanned(services) if qr else _called(services, phone))
        if state.step is LoginStep.PASSWORD:
            state = await services.ingest.login_password(_asked("Your password at Telegram", secret=True))
        return await services.ingest.telegram()

    state = call(work)
    document(state) if as_json else out.print("You are logged in. Now: anselm pull")


@app.command()
def logout(as_json: Json = False) -> None:
    """Log out at Telegram. What was pulled stays."""
    state = call(lambda services, _: services.ingest.logout())
    document(state) if as_json else out.print("You are logged out.")


@app.command()
def pull(
    dms: Annotated[bool, typer.Option("--dms", help="Every private chat with a person.")] = False,
    chat: Annotated[list[str] | None, typer.Option(help="A chat, by name or id. May be repeated.")] = None,
    group: Annotated[list[str] | None, typer.Option(help="A group, by name or id. May be repeated.")] = None,
    again: Annotated[bool, typer.Option("--again", help="What is new in every chat pulled before.")] = False,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Begin a first pull on this day (UTC).")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Messages a chat, at most.")] = None,
    consent: Annotated[
        bool, typer.Option("--consent", "--i-consent", help="I consent to the use of my own messages.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Read chats from Telegram, and import them: from the beginning, later what is new, edited or deleted."""

    async def work(services: Services, _: str) -> Import:
        chats = list(chat or [])
        if not (dms or again or chats or group):
            chats = _picked(await services.ingest.dialogs(names=True))
        if not consent:
            ask_consent()
        wanted = PullRequest(
            dms=dms,
            chats=chats,
            groups=group or [],
            again=again,
            since=since and since.date(),
            limit=limit,
            consent=True,
        )
        begun = await services.ingest.pull(wanted)
        await follow(services.ingest, begun.id, "Pull")
        return await services.ingest.get_import(begun.id)

    done = call(work)
    document(done) if as_json else import_report.print_short(done)


async def _called(services: Services, phone: str | None) -> LoginState:
    await services.ingest.login(phone or _asked("Your number at Telegram"))
    return await services.ingest.login_code(_asked("The code that Telegram sent you", secret=True))


async def _scanned(services: Services) -> LoginState:
    """Show a code until it is scanned; it changes every half minute."""
    shown: str | None = None
    while (state := await services.ingest.login_qr()).step is LoginStep.QR:
        if state.url and state.url != shown:
            shown = state.url
            say(f"{drawn(shown)}\nTelegram on your phone: Settings, Devices, Link Desktop Device.")
        await asyncio.sleep(EVERY)
    return state


def _asked(what: str, *, secret: bool = False) -> str:
    if sys.stdin.isatty():
        answer: str = typer.prompt(what, hide_input=secret, err=True)
        return answer
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise Invalid(f"{what} is missing.", hint="Run it in a terminal, or give a line each on standard input.")
    return line


def _picked(dialogs: list[Dialog]) -> list[str]:
    """The ids of the chats whose numbers are entered.

    Raises:
        Invalid: nobody can be asked, or what is entered is no number of a chat.
    """
    if not sys.stdin.isatty():
        raise Invalid("No chat was chosen.", hint="Name some: anselm pull --dms, --chat NAME or --group NAME.")
    for number, dialog in enumerate(dialogs, 1):
        say(f"{number:4}  {dialog.name or dialog.id}  ({dialog.type}{', pulled before' if dialog.pulled else ''})")
    entered: str = typer.prompt("Which? Numbers, with spaces or commas", err=True)
    chosen = [word for word in entered.replace(",", " ").split() if word]
    wrong = [word for word in chosen if not word.isdecimal() or not 1 <= int(word) <= len(dialogs)]
    if wrong or not chosen:
        raise Invalid(f"{wrong[0] if wrong else 'Nothing'} is no number of a chat.", hint=f"1 to {len(dialogs)}.")
    return [str(dialogs[int(word) - 1].id) for word in chosen]
