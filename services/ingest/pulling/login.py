"""Logging in, a step a call: phone, code, password; or a QR code that a phone scans. A sealed file waits in between."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from telethon import TelegramClient, errors
from telethon.tl import functions, types

from services.ingest.pulling.access import Access
from services.ingest.pulling.login_file import Login
from shared.contracts.telegram import LoginStep
from shared.errors import Conflict
from shared.telemetry import logger

log = logger(__name__)


@dataclass(frozen=True)
class Scan:
    """What a phone has to scan, and until when."""

    url: str
    expires_at: datetime


async def begin(access: Access, phone: str) -> Login:
    """Have Telegram send a code to the account's other devices."""
    _nobody_is_in(access)
    async with access.connect() as client:
        sent = await client.send_code_request(phone)
        login = Login(LoginStep.CODE, client.session.save(), phone, sent.phone_code_hash)
    return access.logins.write(login)


async def give_code(access: Access, code: str) -> Login:
    """``code`` may be written with spaces or dashes."""
    digits = "".join(filter(str.isdigit, code))
    login = access.logins.expect(LoginStep.CODE)
    async with access.connect(login.session) as client:
        try:
            user = await client.sign_in(login.phone, digits, phone_code_hash=login.code_hash)
        except errors.SessionPasswordNeededError:
            return _needs_password(access, client)
        return _enter(access, client, user)


async def give_password(access: Access, password: str) -> Login:
    login = access.logins.expect(LoginStep.PASSWORD)
    async with access.connect(login.session) as client:
        return _enter(access, client, await client.sign_in(password=password))


async def scan(access: Access) -> tuple[Login, Scan | None]:
    """Begin a login by QR code, or see whether the code was scanned; a code that got old is replaced."""
    _nobody_is_in(access)
    login = access.logins.read()
    waiting = login.session if login and login.step is LoginStep.QR else ""
    async with access.connect(waiting) as client:
        try:
            token = await _token(client, access)
        except errors.SessionPasswordNeededError:
            return _needs_password(access, client), None
        if isinstance(token, types.auth.LoginTokenSuccess):
            return _enter(access, client, token.authorization.user), None
        login = access.logins.write(Login(LoginStep.QR, client.session.save()))
    url = f"tg://login?token={base64.urlsafe_b64encode(token.token).decode().rstrip('=')}"
    return login, Scan(url, token.expires)


async def log_out(access: Access) -> None:
    """End the session at Telegram, then remove it here. One that Telegram has ended already is only removed."""
    login = access.logins.read()
    if login is None:
        return
    try:
        async with access.connect(login.session) as client:
            await client.log_out()
    except Conflict:
        log.info("login_had_ended")
    access.logins.remove()


async def _token(client: TelegramClient, access: Access) -> Any:
    api_id, api_hash = access.credentials()
    token = await client(functions.auth.ExportLoginTokenRequest(api_id, api_hash, except_ids=[]))
    if isinstance(token, types.auth.LoginTokenMigrateTo):
        await client._switch_dc(token.dc_id)
        token = await client(functions.auth.ImportLoginTokenRequest(token.token))
    return token


def _nobody_is_in(access: Access) -> None:
    login = access.logins.read()
    if login and login.step is LoginStep.IN:
        raise Conflict("An account is logged in already.", hint="Log out first: anselm logout")


def _needs_password(access: Access, client: TelegramClient) -> Login:
    return access.logins.write(Login(LoginStep.PASSWORD, client.session.save()))


def _enter(access: Access, client: TelegramClient, user: types.User) -> Login:
    return access.logins.write(replace(Login(LoginStep.IN, client.session.save()), user=user.id))
