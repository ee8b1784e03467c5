"""A bot in this process, between a Bot API server and the services it calls, all on real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from redis.asyncio import Redis

from services.bot.app import create_app
from services.bot.settings import BotSettings
from shared.sealing import Seal
from shared.settings import Settings
from tests.conftest import TOKEN
from tests.integration.bot.services import Services
from tests.peers.bot_api import BotApi, Tester

OWNER = 100
SEAL = Seal(TOKEN)


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        yield api


@pytest.fixture
async def services() -> AsyncIterator[Services]:
    async with Services() as services:
        yield services


@pytest.fixture
def bot_settings(settings: Settings, api: BotApi, services: Services) -> BotSettings:
    where = dict.fromkeys(("ingest_url", "inference_url", "retrieval_url"), services.url) | {
        "feedback_url": services.feedback_url
    }
    return BotSettings(
        _env_file=None,
        **settings.model_dump() | where,
        bot_token=SecretStr(api.token),
        bot_api_url=api.url,
        owner_name="Anselm",
        owner_telegram_id=OWNER,
        bot_typing_pauses=False,
        bot_shutdown_grace=timedelta(seconds=2),
    )


@pytest.fixture
async def bot(bot_settings: BotSettings, redis: Redis) -> AsyncIterator[FastAPI]:
    app = create_app(bot_settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def mara(api: BotApi) -> AsyncIterator[Tester]:
    async with Tester(api.url, 4711, "Mara") as mara:
        yield mara


@pytest.fixture
async def tom(api: BotApi) -> AsyncIterator[Tester]:
    async with Tester(api.url, 4712, "Tom") as tom:
        yield tom


async def introduced(tester: Tester) -> None:
    """Past the disclosure, which begins every conversation."""
    await tester.says("/start")
    await tester.hears()
