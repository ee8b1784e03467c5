"""The composition root.

``python -m services.bot.app`` polls until SIGTERM; without a usable BOT_TOKEN it says so and exits with 78.
``uvicorn services.bot.app:create_app --factory --port 8107``, as containers start it, idles then: alive, not ready.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import uvicorn
from aiogram import Bot, Dispatcher
from aiogram.exceptions import TelegramAPIError, TelegramUnauthorizedError
from fastapi import FastAPI
from redis.asyncio import Redis

from services.bot.asking import Persona
from services.bot.delivery import Delivery
from services.bot.disclosure import Conversations
from services.bot.forgetting import Forgetting
from services.bot.intake import Intake
from services.bot.metrics import Metrics
from services.bot.polling import insist, poll
from services.bot.profile import introduce
from services.bot.routers import include_all
from services.bot.settings import BotSettings
from services.bot.shown import ShownReplies
from services.bot.telegram import HINT, Connection, make_bot, require_token
from services.bot.throttle import Throttle
from shared.clients.feedback import FeedbackClient
from shared.clients.inference import InferenceClient
from shared.clients.ingest import IngestClient
from shared.clients.retrieval import RetrievalClient
from shared.errors import Invalid, Unavailable
from shared.http import make_app
from shared.sealing import Seal
from shared.telemetry import logger

log = logger(__name__)

#: Seconds after which Redis is taken to be gone.
REDIS_TIMEOUT = 10

Closing = Callable[[], Awaitable[object]]


def create_app(settings: BotSettings | None = None) -> FastAPI:
    settings = settings or BotSettings()
    try:
        require_token(settings)
    except Invalid as error:
        return _idle_app(settings, str(error))
    redis = Redis.from_url(settings.broker_url, decode_responses=True, socket_timeout=REDIS_TIMEOUT)
    inference, retrieval, feedback = InferenceClient(settings), RetrievalClient(settings), FeedbackClient(settings)
    ingest = IngestClient(settings)
    connection = Connection()
    bot = make_bot(settings, connection)
    dispatcher = make_dispatcher(settings, redis, inference, retrieval, feedback, ingest)
    intake = Intake(bot, dispatcher, redis, Seal.of(settings), settings.bot_update_ttl)

    async def redis_answers() -> None:
        await redis.ping()

    app = make_app(
        "bot",
        settings,
        routers=[],
        ready={"telegram": connection.check, "redis": redis_answers, "inference": inference.ping},
        lifespan=_lifespan(
            lambda: _work(bot, dispatcher, intake, settings),
            lambda: intake.close(settings.bot_shutdown_grace),
            [bot.session.close, *(one.close for one in (inference, retrieval, feedback, ingest)), redis.aclose],
        ),
    )
    dispatcher["metrics"] = Metrics(app.state.metrics)
    return app


def make_dispatcher(
    settings: BotSettings,
    redis: Redis,
    inference: InferenceClient,
    retrieval: RetrievalClient,
    feedback: FeedbackClient,
    ingest: IngestClient,
) -> Dispatcher:
    """The routers, and by name all that their handlers ask for."""
    seal = Seal.of(settings)
    shown = ShownReplies(redis, seal, settings.bot_reply_ttl)
    dispatcher = Dispatcher(
        disable_fsm=True,
        settings=settings,
        conversations=Conversations(redis, seal, settings.bot_disclose_after),
        persona=Persona(settings.persona, inference, retrieval),
        delivery=Delivery(shown, pauses=settings.bot_typing_pauses),
        shown=shown,
        feedback=feedback,
        retrieval=retrieval,
        forgetting=Forgetting(ingest),
    )
    include_all(dispatcher, Throttle(redis, seal, settings.bot_messages_per_minute))
    return dispatcher


async def _work(bot: Bot, dispatcher: Dispatcher, intake: Intake, settings: BotSettings) -> None:
    await insist(bot.me)
    await insist(bot.delete_webhook)
    await introduce(bot, settings.owner)
    await insist(intake.resume)
    await poll(bot, intake.take, dispatcher.resolve_used_update_types(), settings.bot_poll_timeout)


def _lifespan(
    work: Callable[[], Awaitable[None]], finish: Closing, closings: list[Closing]
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Work beside the HTTP side; at the end take nothing new, finish what was begun, close."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        working = asyncio.ensure_future(work())
        try:
            yield
        finally:
            await _stop(working)
            await finish()
            for close in closings:
                await close()

    return lifespan


async def _stop(task: asyncio.Future[None]) -> None:
    """Cancel until it holds: on Python 3.11 ``asyncio.wait_for``, deep in a library, may swallow a cancellation."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=0.5)


def _idle_app(settings: BotSettings, why: str) -> FastAPI:
    """Alive and not ready: under a restart policy an exit would be a loop, and the rest of the stack needs no bot."""

    async def telegram() -> None:
        raise Unavailable(why)

    app = make_app("bot", settings, routers=[], ready={"telegram": telegram})
    log.warning("bot_idle", why=why)
    return app


async def _check_token(settings: BotSettings) -> None:
    """Raise ``Invalid`` for a token that Telegram does not know; that Telegram is out of reach is no reason to stop."""
    require_token(settings)
    bot = make_bot(settings, Connection())
    try:
        await bot.get_me()
    except TelegramUnauthorizedError:
        raise Invalid("Telegram refuses BOT_TOKEN.", hint=HINT) from None
    except TelegramAPIError:
        log.warning("telegram_unreachable")
    finally:
        await bot.session.close()


def main() -> None:
    settings = BotSettings()
    try:
        asyncio.run(_check_token(settings))
    except Invalid as error:
        print(error, file=sys.stderr)
        sys.exit(os.EX_CONFIG)
    # uvicorn stops on SIGTERM and then raises it once more: a stop that was asked for is a clean exit.
    signal.signal(signal.SIGTERM, lambda *_: None)
    uvicorn.run(create_app(settings), host=settings.bot_host, port=settings.bot_port, log_config=None)


if __name__ == "__main__":
    main()
