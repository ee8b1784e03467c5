"""The Bot API server, used through aiogram over a real socket: it behaves as Telegram does."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.types import BotCommand, InlineKeyboardButton, InlineKeyboardMarkup

from cli.stack.ports import free_port
from tests.peers.bot_api import TOKEN, BotApi, Tester

MARA = 4711
KEYBOARD = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Yes", callback_data="yes")]])


def bot_at(api: BotApi, token: str = TOKEN) -> Bot:
    return Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(api.url)))


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        yield api


@pytest.fixture
async def bot(api: BotApi) -> AsyncIterator[Bot]:
    async with bot_at(api).context() as bot:
        yield bot


@pytest.fixture
async def mara(api: BotApi) -> AsyncIterator[Tester]:
    async with Tester(api.url, MARA, "Mara") as mara:
        yield mara


async def test_a_message_reaches_the_bot_and_its_answer_the_tester(bot: Bot, mara: Tester) -> None:
    await mara.says("/start now @anselm_persona_bot")
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert (update.message.text, update.message.chat.id) == ("/start now @anselm_persona_bot", MARA)
    assert [e.type for e in update.message.entities or []] == ["bot_command", "mention"]
    await bot.send_message(MARA, "hello", reply_markup=KEYBOARD)
    heard = await mara.hears()
    assert heard["text"] == "hello"
    assert heard["from"]["is_bot"]


async def test_polling_waits_for_an_update_and_offset_confirms_it(bot: Bot, mara: Tester) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    done, _ = await asyncio.wait([poll], timeout=0.1)
    assert not done
    await mara.says("one")
    (first,) = await poll
    assert [u.update_id for u in await bot.get_updates()] == [first.update_id]
    await mara.says("two")
    (second,) = await bot.get_updates(offset=first.update_id + 1)
    assert second.update_id == first.update_id + 1


async def test_a_second_poll_ends_the_first(bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await asyncio.wait([first], timeout=0.1)
    await bot.get_updates(timeout=0)
    with pytest.raises(TelegramConflictError, match="terminated by other getUpdates request"):
        await first


async def test_polling_is_refused_while_a_webhook_is_set(bot: Bot) -> None:
    await bot.set_webhook("https://example.org/hook")
    with pytest.raises(TelegramConflictError, match="use deleteWebhook"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == []


async def test_reactions_come_only_to_bots_that_ask_for_them(bot: Bot, mara: Tester) -> None:
    await mara.says("hi")
    message = (await bot.send_message(MARA, "hello")).model_dump()
    await mara.reacts(message, "👍")
    (only,) = await bot.get_updates(allowed_updates=["message", "message_reaction"])
    await mara.reacts(message, "👎")
    (reaction,) = await bot.get_updates(offset=only.update_id + 1)
    assert reaction.message_reaction is not None
    assert [r.emoji for r in reaction.message_reaction.old_reaction] == ["👍"]  # type: ignore[union-attr]
    assert [r.emoji for r in reaction.message_reaction.new_reaction] == ["👎"]  # type: ignore[union-attr]


async def test_a_press_is_a_callback_query_that_can_be_answered(bot: Bot, mara: Tester) -> None:
    await mara.says("hi")
    await bot.send_message(MARA, "well?", reply_markup=KEYBOARD)
    await mara.presses(await mara.hears(), "Yes")
    query = (await bot.get_updates(offset=-1))[-1].callback_query
    assert query is not None
    assert query.chat_instance
    assert query.data == "yes"
    await query.as_(bot).answer("noted")
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await bot.answer_callback_query("1")


async def test_edits(bot: Bot, mara: Tester) -> None:
    own = await mara.says("hi")
    sent = await bot.send_message(MARA, "one")
    edited = await bot.edit_message_text("two", chat_id=MARA, message_id=sent.message_id, reply_markup=KEYBOARD)
    assert edited.text == "two"  # type: ignore[union-attr]
    same: dict[str, Any] = {"chat_id": MARA, "message_id": sent.message_id, "reply_markup": KEYBOARD}
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await bot.edit_message_reply_markup(**same)
    with pytest.raises(TelegramBadRequest, match="message to edit not found"):
        await bot.edit_message_text("x", chat_id=MARA, message_id=9)
    with pytest.raises(TelegramBadRequest, match="message can't be edited"):
        await bot.edit_message_text("x", chat_id=MARA, message_id=own)


@pytest.mark.parametrize(
    ("text", "parse_mode", "error"),
    [
        ("  \n ", None, "message text is empty"),
        ("x" * 4097, None, "message is too long"),
        ("<b>bold", "HTML", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b>x</i>", "HTML", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<blink>x</blink>", "HTML", 'Unsupported start tag "blink"'),
    ],
)
async def test_texts_that_telegram_refuses(
    bot: Bot, mara: Tester, text: str, parse_mode: str | None, error: str
) -> None:
    await mara.says("hi")
    with pytest.raises(TelegramBadRequest) as refused:
        await bot.send_message(MARA, text, parse_mode=parse_mode)
    assert error in str(refused.value)


async def test_html_becomes_entities_counted_in_utf16(bot: Bot, mara: Tester) -> None:
    await mara.says("hi")
    sent = await bot.send_message(MARA, "⚓😀 <b>a &lt; <i>b</i></b>", parse_mode="HTML")
    assert sent.text == "⚓😀 a < b"
    assert [(e.type, e.offset, e.length) for e in sent.entities or []] == [("bold", 4, 5), ("italic", 8, 1)]


async def test_strangers_blockers_and_wrong_tokens(api: BotApi, bot: Bot, mara: Tester) -> None:
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.send_message(1, "hello")
    await mara.says("hi")
    await mara.blocks()
    with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
        await bot.send_message(MARA, "hello")
    async with bot_at(api, "42:wrong").context() as stranger:
        with pytest.raises(TelegramUnauthorizedError):
            await stranger.get_me()


async def test_failures_on_demand(bot: Bot, mara: Tester) -> None:
    await mara.says("hi")
    await mara.fail("sendMessage", retry_after=3)
    with pytest.raises(TelegramRetryAfter) as flood:
        await bot.send_message(MARA, "hello")
    assert flood.value.retry_after == 3
    await mara.fail("sendMessage", lost=True)
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(MARA, "heard, but the bot cannot know")
    assert (await mara.hears())["text"] == "heard, but the bot cannot know"
    await bot.send_message(MARA, "all is well again")


async def test_profile_and_chat_actions(bot: Bot, mara: Tester) -> None:
    await mara.says("hi")
    await bot.set_my_commands([BotCommand(command="start", description="Begin")])
    assert [c.command for c in await bot.get_my_commands()] == ["start"]
    await bot.set_my_description("An AI persona")
    assert (await bot.get_my_description()).description == "An AI persona"
    await bot.send_chat_action(MARA, "typing")
    with pytest.raises(TelegramBadRequest, match="wrong parameter action"):
        await bot.send_chat_action(MARA, "dancing")
    with pytest.raises(TelegramBadRequest, match="BOT_COMMAND_INVALID"):
        await bot.set_my_commands([BotCommand(command="Start!", description="Begin")])


@pytest.mark.parametrize("encoding", ["json", "data", "params", "files"])
async def test_every_way_to_pass_parameters(api: BotApi, mara: Tester, encoding: str) -> None:
    await mara.says("hi")
    call: dict[str, Any] = {"chat_id": str(MARA), "text": "[1]"}
    if encoding == "files":
        call = {name: (None, value) for name, value in call.items()}
    async with httpx.AsyncClient(base_url=f"{api.url}/bot{api.token}") as http:
        response = await http.post("/sendMESSAGE", **{encoding: call})
        unknown = await http.get("/sendTelepathy")
    assert response.json()["result"]["text"] == "[1]"
    assert unknown.json() == {"ok": False, "error_code": 404, "description": "Not Found: method not found"}


async def test_it_runs_on_its_own() -> None:
    port = free_port()
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.peers.bot_api", "--port", str(port), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert server.stdout is not None
        assert b"Bot API at" in await asyncio.wait_for(server.stdout.readline(), 20)
        async with Tester(f"http://127.0.0.1:{port}", MARA) as tester:
            message_id = await tester.says("hello")
            with pytest.raises(TimeoutError, match="it called: nothing"):
                await tester.hears(0.1)
            with pytest.raises(AssertionError, match="No button 'Yes'"):
                await tester.presses({"message_id": message_id}, "Yes")
    finally:
        server.terminate()
        assert await asyncio.wait_for(server.wait(), 20) == 0
