"""What testers meet: the disclosure, replies in bubbles, memory, order, and friendly lines for everything else."""

from __future__ import annotations

from fastapi import FastAPI
from redis.asyncio import Redis

from services.bot import texts
from services.bot.app import create_app
from services.bot.settings import BotSettings
from tests.integration.bot.conftest import SEAL, introduced
from tests.integration.bot.services import Services
from tests.peers.bot_api import BotApi, Tester


async def test_start_discloses_and_says_what_is_stored(bot: FastAPI, mara: Tester) -> None:
    await mara.says("/start")
    text = (await mara.hears())["text"]
    assert "I am an AI persona of Anselm" in text
    assert "stored" in text
    assert "/forget" in text


async def test_the_first_message_is_met_with_the_disclosure_and_later_ones_are_not(bot: FastAPI, mara: Tester) -> None:
    await mara.says("hi")
    assert (await mara.hears())["text"] == texts.disclosure("Anselm")
    assert (await mara.hears())["text"] == "you said hi"
    await mara.says("again")
    assert (await mara.hears())["text"] == "you said again"


async def test_a_long_silence_begins_a_new_conversation(
    bot: FastAPI, mara: Tester, redis: Redis, bot_settings: BotSettings
) -> None:
    await introduced(mara)
    await mara.says("still here")
    assert (await mara.hears())["text"] == "you said still here"
    key = f"anselm:bot:conversation:{SEAL.name(4711)}"
    assert 0 < await redis.ttl(key) <= bot_settings.bot_disclose_after.total_seconds()
    await redis.delete(key)
    await mara.says("back again")
    assert (await mara.hears())["text"] == texts.disclosure("Anselm")


async def test_help_privacy_and_unknown_commands(bot: FastAPI, mara: Tester) -> None:
    await mara.says("/help")
    assert "/privacy" in (await mara.hears())["text"]
    await mara.says("/privacy")
    assert "Stored:" in (await mara.hears())["text"]
    await mara.says("/dance")
    assert (await mara.hears())["text"] == texts.UNKNOWN_COMMAND


async def test_a_reply_comes_in_bubbles_with_the_buttons_under_the_last(
    bot: FastAPI, mara: Tester, services: Services
) -> None:
    await introduced(mara)
    services.reply = lambda _: "ach, captain..\n\nrye tomorrow"
    await mara.says("bread?")
    assert (await mara.sees("sendChatAction"))["parameters"]["action"] == "typing"
    first, second = await mara.hears(), await mara.hears()
    assert (first["text"], second["text"]) == ("ach, captain..", "rye tomorrow")
    assert "reply_markup" not in first
    labels = [button["text"] for button in second["reply_markup"]["inline_keyboard"][0]]
    assert labels == ["Yes, I'd respond like that", "Not like me"]


async def test_the_gateway_gets_message_conversation_and_person(bot: FastAPI, mara: Tester, services: Services) -> None:
    await introduced(mara)
    await mara.says("hi")
    await mara.hears()
    (asked,) = services.asked
    assert asked["model"] == "anselm"
    assert asked["messages"] == [{"role": "user", "content": "hi"}]
    assert asked["anselm"]["conversation"] == "telegram-4711"
    assert asked["anselm"]["person"] == "telegram-4711"


async def test_a_guards_words_have_no_buttons(bot: FastAPI, mara: Tester, services: Services) -> None:
    await introduced(mara)
    services.guard = "input:secret"
    await mara.says("my password is hunter22")
    assert "reply_markup" not in await mara.hears()


async def test_replies_longer_than_telegram_takes_are_split(bot: FastAPI, mara: Tester, services: Services) -> None:
    await introduced(mara)
    services.reply = lambda _: "word " * 1000
    await mara.says("tell me everything")
    parts = [(await mara.hears())["text"], (await mara.hears())["text"]]
    assert max(map(len, parts)) <= 4096
    assert " ".join(parts).split() == ["word"] * 1000


async def test_two_testers_do_not_wait_for_each_other(
    bot: FastAPI, mara: Tester, tom: Tester, services: Services
) -> None:
    await introduced(mara)
    await introduced(tom)
    gate = services.hold("slow")
    await mara.says("slow")
    await services.until(lambda: "slow" in services.heard)
    await tom.says("fast")
    assert (await tom.hears())["text"] == "you said fast"
    gate.set()
    assert (await mara.hears())["text"] == "you said slow"


async def test_one_testers_messages_are_answered_in_order(bot: FastAPI, mara: Tester, services: Services) -> None:
    await introduced(mara)
    gate = services.hold("one")
    for text in ("one", "two", "three"):
        await mara.says(text)
    await services.until(lambda: services.heard)
    assert services.heard == ["one"]
    gate.set()
    assert [(await mara.hears())["text"] for _ in range(3)] == ["you said one", "you said two", "you said three"]


async def test_what_is_no_text_gets_a_friendly_line(bot: FastAPI, mara: Tester) -> None:
    await mara.sends(sticker={"file_id": "s", "file_unique_id": "s", "type": "regular", "width": 1, "height": 1,
                              "is_animated": False, "is_video": False})  # fmt: skip
    assert (await mara.hears())["text"] == texts.ONLY_TEXT
    await mara.sends(voice={"file_id": "v", "file_unique_id": "v", "duration": 3})
    assert (await mara.hears())["text"] == texts.ONLY_TEXT


async def test_in_a_group_it_answers_only_when_spoken_to(bot: FastAPI, api: BotApi, services: Services) -> None:
    async with Tester(api.url, 4711, "Mara", chat=-1001) as group:
        await group.says("what a day")
        asked = await group.says("@anselm_persona_bot, bread?")
        assert (await group.hears())["text"] == texts.disclosure("Anselm")
        reply = await group.hears()
        assert reply["text"] == "you said bread?"
        assert reply["reply_to_message"]["message_id"] == asked
        await group.says("and tomorrow?", reply_to=reply["message_id"])
        assert (await group.hears())["text"] == "you said and tomorrow?"
    assert services.heard == ["bread?", "and tomorrow?"]


async def test_typing_pauses_show_between_bubbles(
    bot_settings: BotSettings, redis: Redis, mara: Tester, services: Services
) -> None:
    app = create_app(bot_settings.model_copy(update={"bot_typing_pauses": True}))
    services.reply = lambda _: "one\ntwo"
    async with app.router.lifespan_context(app):
        await introduced(mara)
        await mara.says("hi")
        first, second = await mara.sees("sendMessage"), await mara.sees("sendMessage")
        assert 0.4 <= second["at"] - first["at"] < 3


async def test_the_profile_is_written_once(bot_settings: BotSettings, redis: Redis, api: BotApi, mara: Tester) -> None:
    for _ in range(2):
        app = create_app(bot_settings)
        async with app.router.lifespan_context(app):
            await mara.says("/help")
            await mara.hears()
    assert {"start", "help", "privacy", "mydata", "forget"} == {c["command"] for c in api.world.profile["commands"]}
    assert api.world.profile["description"] == texts.disclosure("Anselm")
    written = [entry["method"] for entry in api.world.transcript if entry["method"].startswith("setMy")]
    assert written == ["setMyCommands", "setMyDescription", "setMyShortDescription"]


async def test_buttons_outlive_a_restart(
    bot_settings: BotSettings, redis: Redis, mara: Tester, services: Services
) -> None:
    before, after = create_app(bot_settings), create_app(bot_settings)
    async with before.router.lifespan_context(before):
        await introduced(mara)
        await mara.says("hi")
        reply = await mara.hears()
    await mara.presses(reply, "Yes")
    async with after.router.lifespan_context(after):
        await mara.sees("editMessageReplyMarkup")
    assert services.verdicts() == {"telegram-4711": ["like_me"]}


async def test_an_update_that_comes_twice_is_answered_once(
    bot_settings: BotSettings, redis: Redis, mara: Tester, api: BotApi, services: Services
) -> None:
    before, after = create_app(bot_settings), create_app(bot_settings)
    async with before.router.lifespan_context(before):
        await introduced(mara)
        await mara.says("hi")
        await mara.hears()
    polls = [e["result"] for e in api.world.transcript if e["method"] == "getUpdates" and e["ok"]]
    api.world.updates = [update for poll in polls for update in poll]
    await mara.says("next")
    async with after.router.lifespan_context(after):
        assert (await mara.hears())["text"] == "you said next"
    assert services.heard == ["hi", "next"]
