"""HTTP endpoints for what the owner says of masking: lists of phrases, cleaning again, samples to judge."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Query

from services.ingest import reviewing
from services.ingest.api import Inside, Session
from services.ingest.repository.phrases import Phrases as Stored
from shared.contracts.jobs import Job
from shared.contracts.privacy import ListName, Phrase, Phrases, Review
from shared.jobs import JobReporter
from shared.queue import enqueue

CLEAN_TASK = "ingest.clean_again"

router = APIRouter(prefix="/v1", tags=["privacy"])


@router.get("/lists/{name}")
async def phrases(name: ListName, rooms: Inside, session: Session) -> list[Phrase]:
    """What is never masked (allow), or always (deny)."""
    stored = await Stored(session, rooms.withdrawal.keys).all(name)
    return [Phrase(phrase=phrase, added_at=at) for phrase, at in stored]


@router.put("/lists/{name}")
async def add_phrases(name: ListName, body: Phrases, rooms: Inside, session: Session) -> list[Phrase]:
    """Messages that come from now on are cleaned with it; those stored, with the next import or when asked for."""
    await Stored(session, rooms.withdrawal.keys).add(name, body.phrases)
    return await phrases(name, rooms, session)


@router.delete("/lists/{name}")
async def remove_phrases(name: ListName, body: Phrases, rooms: Inside, session: Session) -> list[Phrase]:
    await Stored(session, rooms.withdrawal.keys).remove(name, body.phrases)
    return await phrases(name, rooms, session)


@router.post("/lists/apply")
async def apply_lists(rooms: Inside) -> Job:
    """Clean every stored message again that was cleaned with other lists, names or detectors."""
    name = f"clean-{secrets.token_hex(6)}"
    progress = JobReporter(rooms.jobs, name, "cleaning")
    progress.queued()
    enqueue(rooms.queue, CLEAN_TASK, "ingest", name=name)
    return progress.job


@router.get("/review")
async def review(
    rooms: Inside,
    session: Session,
    kind: Annotated[str | None, Query(pattern=r"^[a-z][a-z_]*$")] = None,
    chat: int | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
    raw: Annotated[bool, Query(description="with what was written, for the owner's eyes")] = False,
) -> Review:
    """Messages with something masked, evenly of every kind, the newest first."""
    return await reviewing.review(
        session,
        rooms.withdrawal.keys,
        mask_owner=rooms.withdrawal.settings.mask_owner,
        kind=kind,
        chat=chat,
        limit=limit,
        raw=raw,
    )
