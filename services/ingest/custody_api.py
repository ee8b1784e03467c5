"""HTTP endpoints for what the owner has in hand: the whole history, its key, and what is to be forgotten."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response, status
from fastapi.responses import StreamingResponse

from services.ingest import auditing, exporting
from services.ingest.api import Inside, Session
from services.ingest.forgetting import coordinator
from services.ingest.forgetting.verifying import verify
from services.ingest.repository.history import History
from services.ingest.rotating import next_rotation
from shared.contracts.audit import Action
from shared.contracts.forgetting import ForgetRequest, ForgettingReceipt, Verification
from shared.contracts.jobs import Job
from shared.errors import Unavailable
from shared.jobs import JobReporter
from shared.queue import enqueue
from shared.telemetry import logger

ROTATE_TASK, FORGET_TASK = "ingest.rotate_key", "ingest.forget"

log = logger(__name__)

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


@router.post("/forget", responses={status.HTTP_202_ACCEPTED: {"model": ForgettingReceipt}})
async def forget(body: ForgetRequest, rooms: Inside, response: Response) -> ForgettingReceipt:
    """Forget a contact, a tester or a chat, everywhere. 202: some places are still to be told, and will be."""

    def queue(number: str) -> None:
        try:
            enqueue(rooms.queue, FORGET_TASK, "ingest", forgetting_id=number)
        except Unavailable as error:
            # A worker takes it up when it starts; this request goes on by itself.
            log.warning("forgetting_not_queued", why=error.message)

    receipt = await coordinator.forget(rooms.withdrawal, body, queue)
    response.status_code = status.HTTP_202_ACCEPTED if receipt.waiting else status.HTTP_200_OK
    return receipt


@router.get("/forget/{forgetting_id}")
async def receipt(forgetting_id: str, session: Session) -> ForgettingReceipt:
    return await coordinator.receipt(session, forgetting_id)


@router.post("/forget/verify")
async def verify_forgotten(body: ForgetRequest, rooms: Inside) -> Verification:
    """Check a receipt, and look again for what it says is gone; `subject` may be its id."""
    return await verify(rooms.withdrawal, body)
