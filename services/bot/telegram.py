"""The way to Telegram: which server, how long to wait for it, and whether it answers at all."""

from __future__ import annotations

import asyncio
from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.session.middlewares.base import BaseRequestMiddleware
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramConflictError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import SendChatAction, SendDocument, SendMessage
from aiogram.utils.backoff import Backoff, BackoffConfig
from aiogram.utils.token import TokenValidationError, validate_token
from aiohttp import ClientConnectorError

from services.bot import journal
from services.bot.settings import BotSettings
from shared.errors import Invalid, Unavailable
from shared.telemetry import logger

log = logger(__name__)

BACKOFF = BackoffConfig(min_delay=0.5, max_delay=30, factor=2, jitter=0.1)
HINT = "Get one from @BotFather and set BOT_TOKEN."


class Connection(BaseRequestMiddleware):
    """Remembers whether Telegram answered the last call."""

    def __init__(self) -> None:
        self._trouble: str | None = "Telegram has not answered yet."

    async def check(self) -> None:
        """Raise ``Unavailable`` unless Telegram answers this bot."""
        if self._trouble:
            raise Unavailable(self._trouble)

    async def __call__(self, make_request: Any, bot: Bot, method: Any) -> Any:
        try:
            result = await make_request(bot, method)
        except TelegramAPIError as error:
            self._trouble = _trouble(error)
            raise
        self._trouble = None
        return result


class Patience(BaseRequestMiddleware):
    """While an update is answered: waits as long as Telegram asks, and until Telegram can be reached again."""

    async def __call__(self, make_request: Any, bot: Bot, method: Any) -> Any:
        if isinstance(method, SendChatAction):
            return await _try_once(make_request, bot, method)
        backoff = Backoff(BACKOFF)
        while True:
            try:
                return await make_request(bot, method)
            except TelegramRetryAfter as flood:
                if journal.current.get() is None:
                    raise
                log.warning("telegram_flood_wait", method=type(method).__name__, seconds=flood.retry_after)
                await asyncio.sleep(flood.retry_after)
            except TelegramNetworkError as error:
                if journal.current.get() is None or not _never_left(error):
                    raise
                log.warning("telegram_unreachable", method=type(method).__name__)
                await backoff.asleep()


class Once(BaseRequestMiddleware):
    """Sends each message of an update once, whatever becomes of the bot meanwhile."""

    async def __call__(self, make_request: Any, bot: Bot, method: Any) -> Any:
        notes = journal.current.get()
        if notes is None or not isinstance(method, SendMessage | SendDocument):
            return await make_request(bot, method)
        message = await notes.send(int(method.chat_id), lambda: make_request(bot, method), _not_sent)
        return message.as_(bot)


def make_bot(settings: BotSettings, connection: Connection) -> Bot:
    """The bot of the token, at Telegram or at the server that the settings name."""
    api = TelegramAPIServer.from_base(settings.bot_api_url) if settings.bot_api_url else PRODUCTION
    session = AiohttpSession(api=api)
    for middleware in (Patience(), Once(), connection):
        session.middleware.register(middleware)
    return Bot(settings.bot_token.get_secret_value(), session=session)


def require_token(settings: BotSettings) -> None:
    """Raise ``Invalid`` unless there is something that looks like a bot's token."""
    token = settings.bot_token.get_secret_value()
    if not token:
        raise Invalid("The bot has no BOT_TOKEN.", hint=HINT)
    try:
        validate_token(token)
    except TokenValidationError:
        raise Invalid("BOT_TOKEN is not a bot's token, which looks like 123456:ABC-DEF.", hint=HINT) from None


def _not_sent(error: Exception) -> bool:
    """Whether Telegram said no, or never heard. A connection or an answer that was lost may hide a yes."""
    if isinstance(error, TelegramNetworkError):
        return _never_left(error)
    return not isinstance(error, ClientDecodeError)


def _never_left(error: TelegramNetworkError) -> bool:
    return isinstance(error.__cause__, ClientConnectorError)


async def _try_once(make_request: Any, bot: Bot, method: SendChatAction) -> Any:
    """Nobody misses a "typing" that did not show."""
    try:
        return await make_request(bot, method)
    except TelegramAPIError as error:
        log.debug("chat_action_failed", error=type(error).__name__)
        return True


def _trouble(error: TelegramAPIError) -> str | None:
    match error:
        case TelegramUnauthorizedError():
            return f"Telegram refuses BOT_TOKEN. {HINT}"
        case TelegramConflictError():
            return "Another program polls with this BOT_TOKEN. Stop it, or use a bot of its own."
        case TelegramNetworkError() | TelegramServerError():
            return "Telegram does not answer."
        case _:
            return None
