"""HTTP endpoints for what the owner has in hand: the whole history, and the key that it is stored under."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from services.ingest import auditing, exporting
from services.ingest.api import Inside, Session
from services.ingest.repository.history import History
from services.ingest.rotating import next_rotation
from shared.contracts.audit import Action
from shared.contracts.jobs import Job
from shared.jobs import JobReporter
from shared.queue import enqueue

ROTATE_TASK = "ingest.rotate_key"

router = APIRouter(prefix="/v1", tags=["custody"])


@router.get("/export", response_class=StreamingResponse)
async def export(
    rooms: Inside,
    session: Session,
    owner: Annotated[str | None, Query(description="whose account, where there are several")] = None,
) -> StreamingResponse:
    """Everything stored of an account in the shape of Telegram Desktop's `result.json`: raw text, real names."""
    withdrawal = rooms.withdrawal
    account = await exporting.choose_account(session, withdrawal.keys, owner)
    counts = await History(session).chat_counts()
    count = sum(number for (of, _), number in counts.items() if of == account)
    await auditing.note(session, withdrawal.keys, Action.EXPORT, count=count)
    pieces = exporting.stream_export(withdrawal.database, withdrawal.keys, account)
    return StreamingResponse(pieces, media_type="application/json")


@router.post("/keys/rotate")
async def rotate_key(rooms: Inside, session: Session) -> Job:
    """Seal all stored text with a new key, in the background. Asked for again meanwhile, it is the same rotation."""
    name = next_rotation(rooms.withdrawal.settings.key_file)
    await auditing.note(session, rooms.withdrawal.keys, Action.ROTATE_KEY)
    progress = JobReporter(rooms.jobs, name, "rotation")
    progress.queued()
    enqueue(rooms.queue, ROTATE_TASK, "ingest", name=name)
    return progress.job
