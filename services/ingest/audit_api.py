"""HTTP endpoints of the audit log: read it, and add what only another part of the system can know."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from services.ingest import auditing
from services.ingest.api import Inside, Session
from shared.contracts.audit import Action, AuditPage, Publication

router = APIRouter(prefix="/v1/audit", tags=["custody"])


@router.get("")
async def audit(
    rooms: Inside,
    session: Session,
    before: int | None = None,
    since: AwareDatetime | None = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
) -> AuditPage:
    """Who read raw text or names, and who changed consent, forgot or published; the newest first."""
    return await auditing.read(session, rooms.withdrawal.keys, before=before, since=since, limit=limit)


@router.post("/publications", status_code=204)
async def published(body: Publication, rooms: Inside, session: Session) -> None:
    """Write down that an adapter is handed out."""
    await auditing.note(session, rooms.withdrawal.keys, Action.PUBLISH, thing=body.adapter)
