"""`anselm audit`: who read what is not cleaned, and who changed what may be used."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.console import Json, document, out, table
from cli.services import Services, call
from shared.contracts.audit import AuditEntry

app = typer.Typer()


@app.command()
def audit(
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="Only from then on, in UTC.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List who read raw text or real names, and who changed consent, forgot or published; the newest first."""
    entries = call(lambda services, _: _read(services, since and since.replace(tzinfo=UTC)))
    if as_json:
        document(entries)
        return
    rows = [(f"{e.at:%Y-%m-%d %H:%M:%S}", e.actor, e.action, e.subject, e.count, e.request_id) for e in entries]
    table("", ("at (UTC)", "who", "did", "about", "count", "request"), rows, empty="Nothing yet.")
    if entries:
        out.print(f"{len(entries)} entries")


async def _read(services: Services, since: datetime | None) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    before = None
    while True:
        page = await services.ingest.audit(before=before, since=since)
        entries += page.items
        if page.next is None:
            return entries
        before = page.next
