"""`anselm forget`: a person, everywhere, with a receipt."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cli.console import Json, document, table
from cli.services import Services, call
from shared.contracts.base import Receipt
from shared.contracts.retrieval import ForgetRequest
from shared.errors import ConsentMissing

app = typer.Typer()

#: Whom ingest does not know: those who only chatted, through Telegram or `anselm chat`.
TESTERS = ("telegram-", "cli-")


@app.command()
def forget(
    person: Annotated[
        str, typer.Argument(help="A contact (user_XXXX or the exact name), or a tester (telegram-4711).")
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Forget a person: messages, examples, memory and feedback. This cannot be undone."""
    if not yes:
        _ask(person)
    receipt = call(lambda services, _: everywhere(services, person))
    if as_json:
        document(receipt)
    else:
        print_receipt(receipt)


async def everywhere(services: Services, person: str) -> Receipt:
    """Follow a person's traces to the end: their history in ingest, what was learned from it, memory, feedback."""
    parts = [await services.ingest.forget(person)] if not person.startswith(TESTERS) else []
    subject = parts[0].subject if parts else person
    parts.append(await services.retrieval.forget(ForgetRequest(person=subject)))
    parts.append(await services.feedback.forget(subject))
    return Receipt(subject=subject, removed=[line for part in parts for line in part.removed])


def print_receipt(receipt: Receipt) -> None:
    rows = [(line.service, line.what, line.count) for line in receipt.removed]
    table(f"Forgotten: {receipt.subject}", ("where", "what", "count"), rows, empty="There was nothing.")


def _ask(person: str) -> None:
    if not sys.stdin.isatty():
        raise ConsentMissing("Nothing was forgotten.", hint="Say that you mean it with --yes.")
    if not typer.confirm(f"Forget {person} for good?", default=False, err=True):
        raise ConsentMissing("Nothing was forgotten.")
