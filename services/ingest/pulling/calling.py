"""Calls that wait when Telegram asks for a pause, through a takeout session where there is one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from telethon import TelegramClient, errors
from telethon.tl import functions

from shared.telemetry import logger

log = logger(__name__)

PAUSES = (errors.FloodWaitError, errors.FloodPremiumWaitError)
NO_TAKEOUT = (errors.TakeoutInvalidError, errors.TakeoutRequiredError)

#: Tells whoever watches in a sentence what is going on; an empty one takes it back.
Tell = Callable[[str], None]


@dataclass
class Caller:
    """``takeout``: number of the takeout session, whose limits are wider; none is the ordinary session."""

    client: TelegramClient
    tell: Tell
    takeout: int | None = None

    async def __call__(self, request: Any) -> Any:
        """The answer, after as many pauses as Telegram wants."""
        while True:
            takeout = self.takeout
            wrapped = request if takeout is None else functions.InvokeWithTakeoutRequest(takeout, request)
            try:
                return await self.client(wrapped)
            except PAUSES as pause:
                await self._wait(max(pause.seconds, 1))
            except NO_TAKEOUT:
                if takeout is None:
                    raise
                self.give_up_takeout("the takeout session ended, going on without it")

    async def _wait(self, seconds: int) -> None:
        log.info("telegram_flood_wait", seconds=seconds)
        self.tell(f"waiting {seconds} s because Telegram asks")
        await asyncio.sleep(seconds)
        self.tell("")

    def give_up_takeout(self, why: str) -> None:
        self.takeout = None
        self.tell(why)


@asynccontextmanager
async def taking_out(caller: Caller) -> AsyncIterator[None]:
    """A takeout session, or the ordinary one where Telegram grants none: it may want the owner to allow it first."""
    request = functions.account.InitTakeoutSessionRequest(
        contacts=True, message_users=True, message_chats=True, message_megagroups=True, message_channels=True
    )
    try:
        caller.takeout = (await caller.client(request)).id
    except errors.RPCError as error:
        log.info("no_takeout", reason=type(error).__name__)
        caller.give_up_takeout("no takeout session, going on without it: slower, but the same")
    yield
    if caller.takeout is not None:
        await _finish(caller)


async def _finish(caller: Caller) -> None:
    """All is fetched: whatever Telegram thinks of the end of the session changes nothing."""
    try:
        await caller(functions.account.FinishTakeoutSessionRequest(success=True))
    except errors.RPCError as error:
        log.info("takeout_not_finished", reason=type(error).__name__)
    caller.takeout = None
