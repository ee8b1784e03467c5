"""Who read what is not cleaned, and who changed what may be used: written in the transaction of the act itself.

A person is a keyed hash here. While they are known it leads to their pseudonym; once they are forgotten, to nobody.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models
from services.ingest.keys import Keys
from services.ingest.repository.audit import Audit
from services.ingest.repository.people import pseudonyms
from shared.contracts.audit import Action, AuditEntry, AuditPage
from shared.telemetry import caller, request_id

#: Digits of the hash that stands for somebody who was forgotten.
SHOWN = 12


async def note(
    session: AsyncSession,
    keys: Keys,
    action: Action,
    *,
    person: str | None = None,
    thing: str | None = None,
    count: int | None = None,
) -> None:
    """Write down an act of whoever asks.

    Args:
        person: the pseudonym of whom it is about.
        thing: or what, such as an adapter.
    """
    about = _hash(keys, person) if person is not None else None
    row = models.Audit(
        actor=caller.get(), action=action, person=about, thing=thing, request_id=request_id.get(), count=count
    )
    await Audit(session).add(row)


async def read(
    session: AsyncSession, keys: Keys, *, before: int | None, since: datetime | None, limit: int
) -> AuditPage:
    """The acts before an entry, and since a moment, the newest first."""
    rows = await Audit(session).page(before, since, limit + 1)
    known = {_hash(keys, pseudonym): pseudonym for pseudonym in await pseudonyms(session)}
    items = [_show(row, known) for row in rows[:limit]]
    return AuditPage(items=items, next=items[-1].id if len(rows) > limit else None)


def _show(row: models.Audit, known: dict[bytes, str]) -> AuditEntry:
    person = row.person and (known.get(row.person) or f"forgotten-{row.person.hex()[:SHOWN]}")
    return AuditEntry(
        id=row.id,
        at=row.at,
        actor=row.actor,
        action=Action(row.action),
        subject=person or row.thing,
        request_id=row.request_id,
        count=row.count,
    )


def _hash(keys: Keys, pseudonym: str) -> bytes:
    return keys.fingerprint(b"audit " + pseudonym.encode())
