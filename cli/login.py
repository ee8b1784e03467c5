"""The conversation of a login at Telegram. Answers are typed, or read line by line where there is no terminal."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable

import qrcode
import typer

from cli.console import err, print_error, say
from cli.services import Services
from shared.contracts.telegram import LoginState, LoginStep
from shared.errors import Invalid, Unavailable

ATTEMPTS = 3
#: Seconds between two looks at whether a code was scanned, and after which nobody is taken to scan one.
INTERVAL, SCAN_WITHIN = 2.0, 300.0


async def by_phone(services: Services, phone: str | None) -> LoginState:
    """Phone, code, and the password where there is one.

    Raises:
        Invalid: a wrong code or password, three times at a terminal, once elsewhere; or an answer is missing.
    """
    await services.ingest.login(phone or ask("Phone number, with country code"))
    say("Telegram has sent you a code; look into your Telegram app.")
    state = await _until_right("Code", services.ingest.login_code)
    return await _password_if(services, state)


async def by_qr(services: Services) -> LoginState:
    """Show the code until it is scanned, and a new one when it got old.

    Raises:
        Unavailable: nobody scanned it in five minutes.
    """
    shown, until = "", time.monotonic() + SCAN_WITHIN
    while (state := await services.ingest.login_qr()).step is LoginStep.QR:
        if time.monotonic() > until:
            raise Unavailable("Nobody scanned the code.", hint="Try again, or log in by phone number: anselm login")
        if state.url and state.url != shown:
            shown = state.url
            _draw(shown)
        await asyncio.sleep(INTERVAL)
    return await _password_if(services, state)


async def _password_if(services: Services, state: LoginState) -> LoginState:
    if state.step is not LoginStep.PASSWORD:
        return state
    return await _until_right("Password of two-step verification", services.ingest.login_password)


async def _until_right(what: str, give: Callable[[str], Awaitable[LoginState]]) -> LoginState:
    """A typing error at a terminal is no reason to begin again."""
    for _ in range(ATTEMPTS - 1 if sys.stdin.isatty() else 0):
        try:
            return await give(ask(what, secret=True))
        except Invalid as error:
            print_error(error)
    return await give(ask(what, secret=True))


def ask(what: str, *, secret: bool = False) -> str:
    """One answer; a secret one is not shown while it is typed.

    Raises:
        Invalid: standard input has no more lines.
    """
    if sys.stdin.isatty():
        return str(typer.prompt(what, hide_input=secret, err=True))
    line = sys.stdin.readline().strip()
    if not line:
        raise Invalid(f"{what}: nothing came on standard input.", hint="Give one answer a line, or use a terminal.")
    return line


def _draw(url: str) -> None:
    code = qrcode.QRCode(border=2)
    code.add_data(url)
    say("In Telegram on your phone: Settings, Devices, Link Desktop Device. Scan this:")
    code.print_ascii(out=err.file, invert=True)
