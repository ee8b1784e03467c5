"""`anselm chat`: talk with the persona in a terminal."""

from __future__ import annotations

import asyncio
import sys
import uuid
from typing import Annotated

import typer

from cli.console import Json, Persona, document, err, out, print_error, say
from cli.services import Services, call
from shared.contracts.base import ChatMessage
from shared.contracts.inference import ChatExtension
from shared.errors import AnselmError, Invalid

app = typer.Typer()

DISCLOSURE = "You talk with {persona}, an AI persona: a language model that imitates how a real person writes."
HELP = "An empty line or Ctrl-D ends the conversation. It is remembered until: anselm forget {person}"


@app.command()
def chat(
    message: Annotated[str | None, typer.Option("--message", "-m", help="Say only this, and print the reply.")] = None,
    persona: Persona = None,
    as_json: Json = False,
) -> None:
    """Talk with the persona. Replies appear as they are written."""
    if as_json and message is None:
        raise typer.BadParameter("--json needs --message.")
    person = f"cli-{uuid.uuid4().hex[:8]}"
    extension = ChatExtension(conversation=person, person=person)
    if message is not None:
        reply = call(lambda services, persona: _reply(services, persona, message, extension, show=not as_json), persona)
        if as_json:
            document({"person": person, "message": message, "reply": reply})
        return
    call(lambda services, persona: _converse(services, persona, extension), persona)


async def _converse(services: Services, persona: str, extension: ChatExtension) -> None:
    await _require(services, persona)
    say(DISCLOSURE.format(persona=persona))
    say(HELP.format(person=extension.person))
    while message := await asyncio.to_thread(_read):
        err.print(f"[bold]{persona}[/bold] ", end="")
        try:
            await _reply(services, persona, message, extension, show=True)
        except AnselmError as error:
            print_error(error)


async def _reply(services: Services, persona: str, message: str, extension: ChatExtension, *, show: bool) -> str:
    pieces = []
    said = [ChatMessage(role="user", content=message)]
    async for piece in services.inference.stream(persona, said, extension):
        pieces.append(piece.text)
        if show:
            sys.stdout.write(piece.text)
            sys.stdout.flush()
    if show:
        out.print()
    return "".join(pieces)


async def _require(services: Services, persona: str) -> None:
    known = await services.inference.personas()
    if persona not in known:
        hint = f"There is: {', '.join(known)}." if known else "Promote an adapter first: anselm promote"
        raise Invalid(f"Nothing speaks for {persona} yet.", hint=hint)


def _read() -> str:
    try:
        return input("you ").strip()
    except EOFError:
        return ""
