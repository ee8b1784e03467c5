"""HTTP endpoints for what the owner has in hand: the key of stored text."""

from __future__ import annotations

from fastapi import APIRouter

from services.ingest.api import Inside
from services.ingest.rotating import next_rotation
from shared.contracts.jobs import Job
from shared.jobs import JobReporter
from shared.queue import enqueue

ROTATE_TASK = "ingest.rotate_key"

router = APIRouter(prefix="/v1", tags=["custody"])


@router.post("/keys/rotate")
async def rotate_key(rooms: Inside) -> Job:
    """Seal all stored text with a new key, in the background. Asked for again meanwhile, it is the same rotation."""
    name = next_rotation(rooms.withdrawal.settings.key_file)
    progress = JobReporter(rooms.jobs, name, "rotation")
    progress.queued()
    enqueue(rooms.queue, ROTATE_TASK, "ingest", name=name)
    return progress.job
