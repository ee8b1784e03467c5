"""HTTP endpoints: validate, call one function, return a contract."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Annotated, TypeVar

from celery import Celery
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import FileResponse
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import accepting, asking, auditing, comparing, consenting, recalling, relating, showing
from services.ingest.building import request_dataset
from services.ingest.forgetting.revoking import revoke_consent
from services.ingest.forgetting.withdrawing import Withdrawal
from services.ingest.keys import keys_in_use
from services.ingest.pulling.server import TelegramServer
from services.ingest.repository.datasets import Datasets
from services.ingest.repository.imports import Imports
from shared.contracts.audit import Action
from shared.contracts.ingest import (
    Chat,
    ChatRelation,
    Consent,
    ConsentGrant,
    ConsentMessage,
    Dataset,
    DatasetDiff,
    DatasetRequest,
    ExchangePage,
    Import,
    Person,
)
from shared.jobs import JobBoard, JobReporter
from shared.queue import enqueue

Found = TypeVar("Found")
IMPORT_TASK, PULL_TASK, DATASET_TASK = "ingest.import_export", "ingest.pull", "ingest.build_dataset"


def builder(queue: Celery, jobs: JobBoard) -> Callable[[str], None]:
    """Has a worker build the dataset of a name; raises ``Unavailable`` where Redis does not answer."""

    def build(name: str) -> None:
        JobReporter(jobs, name, "dataset").queued()
        enqueue(queue, DATASET_TASK, "cpu", name=name)

    return build


@dataclass(frozen=True)
class Rooms:
    """What the endpoints stand on; the composition root makes it."""

    withdrawal: Withdrawal
    queue: Celery
    jobs: JobBoard
    server: TelegramServer | None = None


async def rooms_of(request: Request) -> AsyncIterator[Rooms]:
    """With the keys as they are now; until the request is answered, nobody adds one."""
    rooms: Rooms = request.app.state.rooms
    with keys_in_use(rooms.withdrawal.settings.key_file) as keys:
        yield replace(rooms, withdrawal=replace(rooms.withdrawal, keys=keys))


Inside = Annotated[Rooms, Depends(rooms_of)]


async def open_transaction(rooms: Inside) -> AsyncIterator[AsyncSession]:
    async with rooms.withdrawal.database.transaction() as session:
        yield session


Session = Annotated[AsyncSession, Depends(open_transaction, scope="function")]
router = APIRouter(prefix="/v1", tags=["ingest"])


async def _noted(session: AsyncSession, rooms: Rooms, found: list[Found], *, names: bool) -> list[Found]:
    """A listing; that it shows real names is written down."""
    if names:
        await auditing.note(session, rooms.withdrawal.keys, Action.NAMES, count=len(found))
    return found


@router.post("/imports")
async def upload(
    request: Request,
    rooms: Inside,
    filename: str = "result.json",
    consent: bool = False,
    owner: Annotated[str | None, Query(description="the owner's name or from_id, where the file does not tell")] = None,
) -> Import:
    """Take an export as the raw body; it is imported in the background."""
    withdrawal, wanted = rooms.withdrawal, accepting.Request(filename, consent, owner)
    row, new = await accepting.accept(
        request.stream(), wanted, withdrawal.settings, withdrawal.database, withdrawal.keys
    )
    if new:
        JobReporter(rooms.jobs, row.id, "import").queued()
    enqueue(rooms.queue, IMPORT_TASK, "ingest", import_id=row.id)
    return showing.show_import(row, {})


@router.get("/imports")
async def imports(rooms: Inside, session: Session) -> list[Import]:
    owners = await showing.owners_by_account(session, rooms.withdrawal.keys)
    return [showing.show_import(row, owners) for row in await Imports(session).all()]


@router.get("/imports/{import_id}")
async def one_import(import_id: str, rooms: Inside, session: Session) -> Import:
    owners = await showing.owners_by_account(session, rooms.withdrawal.keys)
    return showing.show_import(await Imports(session).get(import_id), owners)


@router.get("/people")
async def people(rooms: Inside, session: Session, names: bool = False) -> list[Person]:
    found = await showing.list_people(session, rooms.withdrawal.keys, names=names)
    return await _noted(session, rooms, found, names=names)


@router.get("/chats")
async def chats(rooms: Inside, session: Session, names: bool = False) -> list[Chat]:
    found = await showing.list_chats(session, rooms.withdrawal.keys, names=names)
    return await _noted(session, rooms, found, names=names)


@router.put("/chats/{chat}/relation")
async def relate(chat: int, body: ChatRelation, rooms: Inside, session: Session) -> Chat:
    """Say what the people of a chat are to the owner; the next dataset's prompts tell it."""
    await relating.set_relation(session, chat, body.relation)
    return next(c for c in await showing.list_chats(session, rooms.withdrawal.keys, names=False) if c.id == chat)


@router.get("/consents")
async def consents(rooms: Inside, session: Session, names: bool = False) -> list[Consent]:
    found = await consenting.list_consents(session, rooms.withdrawal.keys, names=names)
    return await _noted(session, rooms, found, names=names)


@router.get("/consents/request")
async def consent_message(
    person: str, rooms: Inside, session: Session, chat: int | None = None, language: str | None = None
) -> ConsentMessage:
    """What the owner can send to ask for consent, in the language of the person's messages unless one is given."""
    keys = rooms.withdrawal.keys
    message = await asking.write_request(session, keys, person, chat, language)
    await auditing.note(session, keys, Action.CONSENT_REQUEST, person=message.person, count=len(message.chats))
    return message


@router.post("/consents")
async def grant(body: ConsentGrant, rooms: Inside, session: Session) -> list[Consent]:
    return await consenting.grant(session, rooms.withdrawal.keys, body)


@router.delete("/consents")
async def revoke(person: str, rooms: Inside, chat: int | None = None) -> list[Consent]:
    return await revoke_consent(rooms.withdrawal, person, chat)


@router.post("/datasets")
async def create_dataset(body: DatasetRequest, rooms: Inside) -> Dataset:
    withdrawal = rooms.withdrawal
    async with withdrawal.database.transaction() as session:
        row = await request_dataset(session, withdrawal.keys, body)
    withdrawal.build(row.name)
    return showing.show_dataset(row, withdrawal.settings)


@router.get("/datasets")
async def datasets(rooms: Inside, session: Session, persona: str | None = None) -> list[Dataset]:
    rows = await Datasets(session).all(persona)
    return [showing.show_dataset(row, rooms.withdrawal.settings) for row in rows]


@router.get("/datasets/{name}")
async def dataset(name: str, rooms: Inside, session: Session) -> Dataset:
    return showing.show_dataset(await Datasets(session).get(name), rooms.withdrawal.settings)


@router.get("/datasets/{name}/diff")
async def diff(name: str, session: Session, to: str) -> DatasetDiff:
    return await comparing.compare(session, name, to)


@router.get("/datasets/{name}/files/{file:path}", response_class=FileResponse)
async def dataset_file(name: str, file: str, rooms: Inside, session: Session) -> FileResponse:
    """``report.html``, ``sft_data.json``, ``train.jsonl``, ``plots/lengths.png`` ... as the manifest lists them."""
    return FileResponse(await comparing.file_of(session, rooms.withdrawal.settings, name, file))


@router.get("/exchanges")
async def exchanges(
    rooms: Inside,
    session: Session,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=2_000)] = 500,
    chats: Annotated[list[int] | None, Query()] = None,
) -> ExchangePage:
    return await recalling.read_page(session, rooms.withdrawal.keys, after, limit, chats)
