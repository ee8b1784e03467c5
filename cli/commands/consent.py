"""`anselm consent request | grant | revoke | list`: whose words may be used for what."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError

from cli.console import Json, document, out, say, table
from cli.services import Services, call
from shared.contracts.ingest import Consent, ConsentGrant, Purpose
from shared.errors import Invalid

app = typer.Typer()
consent = typer.Typer(no_args_is_help=True, help="Whose words may be used for what.")
app.add_typer(consent, name="consent")

Person = Annotated[str, typer.Argument(help="Pseudonym (user_XXXX), or the exact name in the export.")]
Chat = Annotated[int | None, typer.Option(help="Id of one chat; unless given, every chat that you share with them.")]


class For(StrEnum):
    TRAIN = "train"
    RETRIEVE = "retrieve"
    BOTH = "both"

    @property
    def purposes(self) -> list[Purpose]:
        return list(Purpose) if self is For.BOTH else [Purpose(self.value)]


@consent.command()
def request(
    person: Person,
    chat: Chat = None,
    language: Annotated[
        str | None, typer.Option(help="Two letters, as de or uk; unless given, that of their messages.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the message that asks somebody for their consent. It is you who sends it."""
    message = call(lambda services, _: services.ingest.consent_message(person, chat=chat, language=language))
    if as_json:
        document(message)
        return
    out.print(message.text, markup=False, emoji=False, soft_wrap=True)
    say(f"\nWhen they have agreed: anselm consent grant {message.person} --evidence 'how they agreed'")


@consent.command()
def grant(
    person: Annotated[
        str | None, typer.Argument(help="Pseudonym (user_XXXX), or the exact name in the export.")
    ] = None,
    evidence: Annotated[str, typer.Option(help="How they agreed, in your words.")] = "",
    chat: Chat = None,
    purpose: Annotated[For, typer.Option("--for", help="What they agreed to.")] = For.BOTH,
    file: Annotated[Path | None, typer.Option(help="A JSON list of grants instead of one person.")] = None,
    as_json: Json = False,
) -> None:
    """Record that somebody agreed. A dataset built afterwards has their words as context."""
    if file:
        grants = read_grants(file)
    elif person and evidence:
        grants = [ConsentGrant(person=person, chat=chat, purposes=purpose.purposes, evidence=evidence)]
    else:
        raise typer.BadParameter("name the person and the evidence, or give a file.")
    _print(call(lambda services, _: record(services, grants)), as_json)


@consent.command()
def revoke(person: Person, chat: Chat = None, as_json: Json = False) -> None:
    """Record that somebody no longer agrees. What was learned from them is tainted, and must be trained again."""
    _print(call(lambda services, _: services.ingest.revoke(person, chat)), as_json)


@consent.command("list")
def list_(
    names: Annotated[bool, typer.Option(help="Show real names beside pseudonyms.")] = False, as_json: Json = False
) -> None:
    """List who agreed to what, and when."""
    _print(call(lambda services, _: services.ingest.consents(names=names)), as_json)


def read_grants(file: Path) -> list[ConsentGrant]:
    """The grants in a JSON file.

    Raises:
        Invalid: it cannot be read, or a grant in it is wrong; the message says where.
    """
    try:
        content: Any = json.loads(file.read_text())
        return TypeAdapter(list[ConsentGrant]).validate_python(content)
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise Invalid(f"{file} is no list of grants: {problems}.") from error
    except ValueError as error:
        raise Invalid(f"{file} is not JSON: {error}.") from error


async def record(services: Services, grants: list[ConsentGrant]) -> list[Consent]:
    return [consent for grant in grants for consent in await services.ingest.grant(grant)]


def _print(consents: list[Consent], as_json: bool) -> None:
    if as_json:
        document(consents)
        return
    rows = [
        (
            c.person,
            c.name,
            c.chat,
            c.purpose,
            f"{c.granted_at:%Y-%m-%d}",
            f"{c.revoked_at:%Y-%m-%d}" if c.revoked_at else "",
        )
        for c in consents
    ]
    table("", ("person", "name", "chat", "for", "granted", "revoked"), rows, empty="Nobody consented yet.")
    if consents:
        out.print(f"{len(consents)} consents")
