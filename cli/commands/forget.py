"""`anselm forget`: a contact, a tester or a chat, everywhere, with a receipt that can be verified."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from cli.console import Json, document, say, table
from cli.services import call
from shared.contracts.base import Removed
from shared.contracts.forgetting import ForgettingReceipt, SubjectKind, Verification
from shared.errors import Conflict, ConsentMissing

app = typer.Typer()


@app.command()
def forget(
    subject: Annotated[
        str,
        typer.Argument(
            help="A contact (user_XXXX or the exact name), a tester (telegram-4711), a chat (its id or exact name); "
            "with --verify also a receipt's id."
        ),
    ],
    kind: Annotated[SubjectKind | None, typer.Option("--as", help="What it is, where its form does not tell.")] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Check the receipt, and look again for what it says is gone.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Forget somebody or a chat: messages, examples, memory and feedback. This cannot be undone."""
    if verify:
        _verify(subject, kind, as_json=as_json)
        return
    if not yes:
        _ask(subject)
    receipt = call(lambda services, _: services.ingest.forget(subject, kind))
    if as_json:
        document(receipt)
    else:
        print_receipt(receipt)


def print_receipt(receipt: ForgettingReceipt) -> None:
    _print_lines(f"Forgotten: {receipt.id}", receipt.removed)
    if receipt.waiting:
        say(f"Under way: {', '.join(receipt.waiting)}. It goes on by itself; look with: {_again(receipt)}")
    else:
        say(f"Verify it at any time with: {_again(receipt)}")


def _verify(subject: str, kind: SubjectKind | None, *, as_json: bool) -> None:
    found = call(lambda services, _: services.ingest.verify(subject, kind))
    if as_json:
        document({**found.model_dump(mode="json"), "verified": found.holds})
    else:
        _print_lines(f"Receipt {found.receipt.id}, {found.receipt.at:%Y-%m-%d %H:%M} UTC", found.receipt.removed)
        if found.found:
            _print_lines("Found now", found.found)
    if not found.holds:
        raise Conflict(f"Not verified: {'; '.join(_reasons(found))}.", hint=_advice(found))
    if not as_json:
        say("Verified: the receipt is unaltered, and nothing is left.")


def _reasons(found: Verification) -> list[str]:
    left = ", ".join(f"{line.count} {line.what} in {line.service}" for line in found.found)
    return [
        *(["the receipt was altered"] if not found.unaltered else []),
        *([f"there is {left}"] if left else []),
        *([f"{', '.join(found.receipt.waiting)} not told yet"] if found.receipt.waiting else []),
    ]


def _advice(found: Verification) -> str:
    if found.receipt.waiting:
        return "Start what does not answer; the rest follows by itself."
    return "Forget them again, and look at the log."


def _again(receipt: ForgettingReceipt) -> str:
    return f"anselm forget --verify {receipt.id}"


def _print_lines(title: str, removed: Sequence[Removed]) -> None:
    rows = [(line.service, line.what, line.count) for line in removed]
    table(title, ("where", "what", "count"), rows, empty="There was nothing.")


def _ask(subject: str) -> None:
    if not sys.stdin.isatty():
        raise ConsentMissing("Nothing was forgotten.", hint="Say that you mean it with --yes.")
    if not typer.confirm(f"Forget {subject} for good?", default=False, err=True):
        raise ConsentMissing("Nothing was forgotten.")
