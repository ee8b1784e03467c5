"""What goes wrong around the bot reaches testers as one friendly line, and the bot lives on."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.bot import texts
from services.bot.app import create_app
from services.bot.settings import BotSettings
from shared.errors import AnselmError, Blocked, NotFound, TooManyRequests, Unavailable
from tests.integration.bot.conftest import introduced
from tests.integration.bot.services import Services
from tests.peers.bot_api import BotApi, Tester


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (NotFound("There is no persona 'anselm'."), "my training is not finished"),
        (Unavailable("vLLM does not answer."), "something that I need is down"),
        (TooManyRequests("Too many."), "cannot keep up"),
        (Blocked("No."), "rather not talk"),
        (AnselmError("Traceback"), "something went wrong"),
    ],
)
async def test_no_reply_to_be_had(
    bot: FastAPI, mara: Tester, services: Services, error: AnselmError, line: str
) -> None:
    await introduced(mara)
    services.failures["/v1/chat"] = error
    await mara.says("hi")
    text = (await mara.hears())["text"]
    assert line in text
    assert error.message not in text
    services.failures.clear()
    await mara.says("and now?")
    assert (await mara.hears())["text"] == "you said and now?"


async def test_inference_not_there_at_all(bot_settings: BotSettings, redis: object, mara: Tester) -> None:
    app = create_app(bot_settings.model_copy(update={"inference_url": "http://127.0.0.1:1"}))
    async with app.router.lifespan_context(app):
        await introduced(mara)
        await mara.says("hi")
        assert "something that I need is down" in (await mara.hears())["text"]


async def test_an_empty_reply(bot: FastAPI, mara: Tester, services: Services) -> None:
    await introduced(mara)
    services.reply = lambda _: " \n "
    await mara.says("hi")
    assert (await mara.hears())["text"] == texts.SPEECHLESS


async def test_memory_down_costs_context_not_the_reply(bot: FastAPI, mara: Tester, services: Services) -> None:
    await introduced(mara)
    services.failures["/v1/conversations"] = Unavailable("retrieval is down")
    await mara.says("hi")
    assert (await mara.hears())["text"] == "you said hi"


async def test_an_unforeseen_error_is_an_apology_without_details(
    bot: FastAPI, mara: Tester, services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    await introduced(mara)
    await mara.fail("sendMessage", code=500, description="Internal Server Error")
    await mara.says("my secret sentence")
    assert (await mara.hears())["text"] == texts.APOLOGY
    assert "my secret sentence" not in caplog.text


async def test_a_flood_wait_is_honoured(bot: FastAPI, mara: Tester) -> None:
    await introduced(mara)
    await mara.fail("sendMessage", retry_after=1)
    await mara.says("hi")
    refused = await mara.watch(lambda e: e["method"] == "sendMessage" and not e["ok"])
    sent = await mara.sees("sendMessage")
    assert sent["result"]["text"] == "you said hi"
    assert sent["at"] - refused["at"] >= 1


async def test_a_send_whose_answer_is_lost_is_not_repeated(bot: FastAPI, mara: Tester) -> None:
    await introduced(mara)
    await mara.fail("sendMessage", lost=True)
    await mara.says("hi")
    await mara.says("next")
    assert [(await mara.hears())["text"] for _ in range(2)] == ["you said hi", "you said next"]


async def test_a_tester_who_blocked_the_bot(bot: FastAPI, mara: Tester, tom: Tester) -> None:
    await introduced(mara)
    await mara.blocks()
    await mara.says("hi")
    await mara.watch(lambda e: e["method"] == "sendMessage" and not e["ok"])
    await introduced(tom)
    await tom.says("still there?")
    assert (await tom.hears())["text"] == "you said still there?"


async def test_a_flood_of_messages_is_slowed_down_and_told_so_once(
    bot_settings: BotSettings, redis: object, mara: Tester, tom: Tester, services: Services
) -> None:
    app = create_app(bot_settings.model_copy(update={"bot_messages_per_minute": 2}))
    async with app.router.lifespan_context(app):
        await introduced(mara)
        for number in range(6):
            await mara.says(str(number))
        await mara.says("/help")
        heard = []
        while not heard or "/privacy" not in heard[-1]:
            heard.append((await mara.hears())["text"])
        assert heard.count(texts.SLOW_DOWN) in (1, 2)
        assert len(services.heard) <= 4
        await introduced(tom)
        await tom.says("hi")
        assert (await tom.hears())["text"] == "you said hi"


async def test_ready_names_what_is_missing(bot_settings: BotSettings, redis: object, mara: Tester) -> None:
    app = create_app(bot_settings.model_copy(update={"inference_url": "http://127.0.0.1:1"}))
    async with app.router.lifespan_context(app):
        await introduced(mara)
        body = await ready(app, bot_settings)
    assert list(body["missing"]) == ["inference"]


async def test_ready_says_when_another_program_polls(
    bot: FastAPI, bot_settings: BotSettings, api: BotApi, mara: Tester
) -> None:
    await introduced(mara)
    assert (await ready(bot, bot_settings))["ready"]
    async with httpx.AsyncClient(base_url=f"{api.url}/bot{api.token}") as thief, asyncio.timeout(20):
        missing: dict[str, str] = {}
        while "telegram" not in missing:
            await thief.post("/getUpdates")
            missing = (await ready(bot, bot_settings))["missing"]
    assert "Another program polls" in missing["telegram"]


async def test_without_a_token_the_service_idles_and_says_why(bot_settings: BotSettings) -> None:
    for token, why in (("", "has no BOT_TOKEN"), ("nonsense", "is not a bot's token")):
        idle = bot_settings.model_copy(update={"bot_token": type(bot_settings.bot_token)(token)})
        app = create_app(idle)
        async with app.router.lifespan_context(app):
            body = await ready(app, idle)
        assert why in body["missing"]["telegram"]


async def ready(app: FastAPI, settings: BotSettings) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {settings.service_token.get_secret_value()}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot", headers=headers) as http:
        body: dict[str, Any] = (await http.get("/ready")).json()
        return body
