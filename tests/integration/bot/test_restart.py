"""The bot as a process: killed and stopped in the middle, it loses no message and answers none twice."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from cli.stack.ports import free_port
from services.bot.settings import BotSettings
from shared.sealing import Seal
from tests.integration.bot.conftest import introduced
from tests.integration.bot.services import Services
from tests.peers.bot_api import BotApi, Tester

Process = asyncio.subprocess.Process
Start = Callable[..., Awaitable[Process]]


def environment(settings: BotSettings) -> dict[str, str]:
    """The settings as a process gets them."""
    values = {}
    for name, value in settings:
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value
        if plain is not None and isinstance(plain, str | int | Path):
            values[name.upper()] = str(plain)
    return {**os.environ, **values}


@pytest.fixture
async def start(bot_settings: BotSettings, redis: Redis) -> AsyncIterator[Start]:
    async with AsyncExitStack() as stack:

        async def start(**changes: object) -> Process:
            settings = bot_settings.model_copy(update={"bot_port": free_port(), **changes})
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "services.bot.app", env=environment(settings), stderr=asyncio.subprocess.PIPE
            )
            stack.push_async_callback(_end, process)
            return process

        yield start


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.communicate()


async def all_texts(tester: Tester) -> list[str]:
    return [message["text"] for message in await tester.heard()]


async def test_killed_while_the_persona_thinks(start: Start, mara: Tester, services: Services) -> None:
    first = await start()
    await introduced(mara)
    gate = services.hold("one")
    for text in ("one", "two"):
        await mara.says(text)
    await services.until(lambda: "one" in services.heard)
    first.kill()
    await first.wait()
    await mara.says("three")
    gate.set()
    await start()
    assert [(await mara.hears())["text"] for _ in range(3)] == ["you said one", "you said two", "you said three"]


async def test_killed_between_two_bubbles(start: Start, mara: Tester, services: Services) -> None:
    services.reply = lambda _: "one\n" + "a bubble that takes a while to type " * 3
    first = await start(bot_typing_pauses=True)
    await introduced(mara)
    await mara.says("hi")
    assert (await mara.hears())["text"] == "one"
    first.kill()
    await first.wait()
    await start()
    second = await mara.hears()
    assert second["text"].startswith("a bubble")
    await mara.presses(second, "Not like me")
    await mara.sees("editMessageReplyMarkup")
    await mara.says("/help")
    await mara.hears()
    assert (await all_texts(mara)).count("one") == 1
    assert len(services.asked) == 1
    assert services.verdicts() == {"telegram-4711": ["not_like_me"]}


async def test_sigterm_finishes_what_was_begun_and_exits_cleanly(
    start: Start, mara: Tester, services: Services
) -> None:
    process = await start()
    await introduced(mara)
    gate, later = services.hold("one"), services.hold("two")
    await mara.says("one")
    await mara.says("two")
    await services.until(lambda: services.heard)
    process.send_signal(signal.SIGTERM)
    gate.set()
    assert (await mara.hears())["text"] == "you said one"
    assert await asyncio.wait_for(process.wait(), 20) == 0
    later.set()
    await start()
    assert (await mara.hears())["text"] == "you said two"
    assert (await all_texts(mara)).count("you said one") == 1


async def test_telegram_away_for_a_while(start: Start) -> None:
    port = free_port()
    process = await start(bot_api_url=f"http://127.0.0.1:{port}")
    async with BotApi(port=port) as api, Tester(api.url, 4711) as mara:
        await introduced(mara)
    async with BotApi(port=port) as api, Tester(api.url, 4711) as mara:
        await mara.says("back?")
        assert (await mara.hears(60))["text"] == "you said back?"
    assert process.returncode is None


async def test_a_token_that_telegram_refuses_is_a_clear_line_and_an_exit_code(start: Start) -> None:
    process = await start(bot_token=SecretStr("42:wrong"))
    _, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == os.EX_CONFIG
    assert errors.decode().strip() == "Telegram refuses BOT_TOKEN. Get one from @BotFather and set BOT_TOKEN."


async def test_its_http_side(start: Start, mara: Tester, bot_settings: BotSettings) -> None:
    port = free_port()
    await start(bot_port=port)
    await introduced(mara)
    await mara.says("hi")
    await mara.hears()
    headers = {"Authorization": f"Bearer {bot_settings.service_token.get_secret_value()}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as http:
        assert (await http.get("/health")).json() == {"service": "bot", "status": "alive"}
        assert (await http.get("/ready")).json()["missing"] == {}
        await mara.says("again")
        await mara.hears()
        assert 'anselm_bot_replies_total{outcome="replied"}' in (await http.get("/metrics")).text


async def test_what_waits_under_another_token_is_dropped(start: Start, redis: Redis, mara: Tester) -> None:
    """A token that was changed loses what waited; it stops nobody."""
    await redis.hset("anselm:bot:open", "17", Seal("another token").seal("{}", "bot.inbox"))
    await start()
    await introduced(mara)
    assert not await redis.hexists("anselm:bot:open", "17")
