"""HTTP endpoints for Telegram's network: log in, look at the chats, pull them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from services.ingest import auditing, showing
from services.ingest.api import PULL_TASK, Inside
from services.ingest.pulling import login
from services.ingest.pulling.access import Access
from services.ingest.pulling.requesting import known_dialogs, request_pull
from services.ingest.repository.pulls import Pulls
from shared.contracts.audit import Action
from shared.contracts.ingest import Import
from shared.contracts.telegram import (
    Dialog,
    LoginCode,
    LoginPassword,
    LoginPhone,
    LoginState,
    LoginStep,
    PullRequest,
    TelegramState,
)
from shared.jobs import JobReporter
from shared.queue import enqueue

router = APIRouter(prefix="/v1", tags=["telegram"])


def access_of(rooms: Inside) -> Access:
    return Access(rooms.withdrawal.settings, rooms.withdrawal.keys, rooms.server)


Telegram = Annotated[Access, Depends(access_of)]


@router.get("/telegram")
async def telegram(access: Telegram, rooms: Inside) -> TelegramState:
    """Who is logged in. Telegram is not asked whether it still knows the login."""
    found = access.logins.read()
    account = None
    if found and found.user:
        async with rooms.withdrawal.database.transaction() as session:
            account = await Pulls(session).pseudonym(access.keys.peer_hash(f"user{found.user}"))
    settings = access.settings
    configured = bool(settings.tg_api_id and settings.tg_api_hash.get_secret_value())
    return TelegramState(configured=configured, step=found.step if found else LoginStep.OUT, account=account)


@router.post("/telegram/login")
async def begin_login(body: LoginPhone, access: Telegram) -> LoginState:
    return LoginState(step=(await login.begin(access, body.phone)).step)


@router.post("/telegram/login/code")
async def give_code(body: LoginCode, access: Telegram) -> LoginState:
    return LoginState(step=(await login.give_code(access, body.code)).step)


@router.post("/telegram/login/password")
async def give_password(body: LoginPassword, access: Telegram) -> LoginState:
    return LoginState(step=(await login.give_password(access, body.password)).step)


@router.post("/telegram/login/qr")
async def scan_code(access: Telegram) -> LoginState:
    """Begin a login by QR code, or see whether the last code was scanned; ask every few seconds."""
    found, scan = await login.scan(access)
    return LoginState(step=found.step, url=scan.url if scan else None, expires_at=scan.expires_at if scan else None)


@router.delete("/telegram")
async def log_out(access: Telegram, rooms: Inside) -> TelegramState:
    await login.log_out(access)
    return await telegram(access, rooms)


@router.get("/telegram/dialogs")
async def dialogs(access: Telegram, rooms: Inside, names: bool = False) -> list[Dialog]:
    withdrawal = rooms.withdrawal
    found, pulled = await known_dialogs(access, withdrawal.database)
    if names:
        async with withdrawal.database.transaction() as session:
            await auditing.note(session, withdrawal.keys, Action.NAMES, count=len(found))
    return [
        Dialog(id=one.id, type=one.type, name=one.called if names else None, last=one.last, pulled=one.id in pulled)
        for one in found
    ]


@router.post("/pulls")
async def pull(body: PullRequest, access: Telegram, rooms: Inside) -> Import:
    """Pull chats from Telegram; they are fetched and imported in the background."""
    row = await request_pull(access, rooms.withdrawal.database, body)
    JobReporter(rooms.jobs, row.id, "pull").queued()
    enqueue(rooms.queue, PULL_TASK, "ingest", import_id=row.id)
    return showing.show_import(row, {})
