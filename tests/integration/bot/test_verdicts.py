"""Feedback: by button, by reaction, by the owner's rewrite; and forgetting all of it."""

from __future__ import annotations

from fastapi import FastAPI
from redis.asyncio import Redis

from services.bot import texts
from shared.errors import Unavailable
from tests.integration.bot.conftest import OWNER, SEAL, introduced
from tests.integration.bot.services import Services
from tests.peers.bot_api import BotApi, Tester
from tests.peers.bot_api.driver import Message

LIKE, UNLIKE = "Yes, I'd respond like that", "Not like me"


async def reply_to(tester: Tester, text: str) -> Message:
    await introduced(tester)
    await tester.says(text)
    return await tester.hears()


async def labels_shown(tester: Tester) -> list[str]:
    edited = (await tester.sees("editMessageReplyMarkup"))["result"]
    return [button["text"] for button in edited["reply_markup"]["inline_keyboard"][0]]


async def test_a_press_is_a_rating_of_exactly_that_reply(bot: FastAPI, mara: Tester, services: Services) -> None:
    await reply_to(mara, "one")
    await mara.says("two")
    await mara.presses(await mara.hears(), LIKE)
    assert (await mara.sees("answerCallbackQuery"))["parameters"]["text"] == texts.THANKS
    assert await labels_shown(mara) == [f"✓ {LIKE}", UNLIKE]
    (rating,) = services.ratings.values()
    assert (rating.person, rating.verdict) == ("telegram-4711", "like_me")
    assert (rating.reply.text, rating.reply.persona, rating.reply.adapter) == ("you said two", "anselm", "anselm-v3")
    said = [(message.role, message.content) for message in rating.reply.context]
    assert said == [("user", "one"), ("assistant", "you said one"), ("user", "two")]


async def test_pressing_the_other_button_changes_the_verdict(bot: FastAPI, mara: Tester, services: Services) -> None:
    reply = await reply_to(mara, "hi")
    await mara.presses(reply, LIKE)
    await mara.sees("editMessageReplyMarkup")
    await mara.presses(reply, UNLIKE)
    assert await labels_shown(mara) == [LIKE, f"✓ {UNLIKE}"]
    assert services.verdicts() == {"telegram-4711": ["not_like_me"]}


async def test_pressing_twice_is_harmless(bot: FastAPI, mara: Tester, services: Services) -> None:
    reply = await reply_to(mara, "hi")
    await mara.presses(reply, LIKE)
    await mara.presses(reply, LIKE)
    for _ in range(2):
        assert (await mara.sees("answerCallbackQuery"))["parameters"]["text"] == texts.THANKS
    assert services.verdicts() == {"telegram-4711": ["like_me"]}


async def test_a_reaction_to_any_bubble_counts(bot: FastAPI, mara: Tester, services: Services) -> None:
    services.reply = lambda _: "one\ntwo"
    first = await reply_to(mara, "hi")
    await mara.hears()
    await mara.reacts(first, "🔥")
    await mara.reacts(first, "👎")
    assert await labels_shown(mara) == [LIKE, f"✓ {UNLIKE}"]
    (rating,) = services.ratings.values()
    assert (rating.verdict, rating.reply.text) == ("not_like_me", "one\ntwo")


async def test_a_reply_that_is_not_kept_any_more(bot: FastAPI, mara: Tester, services: Services, redis: Redis) -> None:
    reply = await reply_to(mara, "hi")
    await mara.presses(reply, LIKE)
    await mara.sees("answerCallbackQuery")
    await redis.delete(f"anselm:bot:shown:{SEAL.name(4711)}:{reply['message_id']}")
    await mara.presses(reply, UNLIKE)
    assert (await mara.sees("answerCallbackQuery"))["parameters"]["text"] == texts.NOT_KEPT
    assert services.verdicts() == {"telegram-4711": ["like_me"]}


async def test_feedback_down_is_said_and_nothing_is_marked(bot: FastAPI, mara: Tester, services: Services) -> None:
    reply = await reply_to(mara, "hi")
    services.failures["/v1/ratings"] = Unavailable("feedback is down")
    await mara.presses(reply, LIKE)
    assert "something that I need is down" in (await mara.sees("answerCallbackQuery"))["parameters"]["text"]
    services.failures.clear()
    await mara.presses(reply, UNLIKE)
    assert await labels_shown(mara) == [LIKE, f"✓ {UNLIKE}"]


async def test_the_owner_rewrites_a_reply(bot: FastAPI, api: BotApi, services: Services) -> None:
    async with Tester(api.url, OWNER, "Anselm") as owner:
        reply = await reply_to(owner, "bread?")
        await owner.says("/rewrite ach captain.. rye tomorrow", reply_to=reply["message_id"])
        assert (await owner.hears())["text"] == texts.REWRITTEN
        await owner.says("/rewrite")
        assert (await owner.hears())["text"] == texts.REWRITE_USAGE
    (pair,) = services.pairs.values()
    assert (pair.chosen, pair.rejected) == ("ach captain.. rye tomorrow", "you said bread?")
    assert (pair.source, pair.context[-1].content) == ("rewrite", "bread?")


async def test_nobody_else_rewrites(bot: FastAPI, mara: Tester, services: Services) -> None:
    reply = await reply_to(mara, "hi")
    await mara.says("/rewrite no", reply_to=reply["message_id"])
    assert (await mara.hears())["text"] == texts.REWRITE_OWNER_ONLY
    assert not services.pairs


async def test_forget_asks_then_removes_everything_and_says_what(
    bot: FastAPI, mara: Tester, tom: Tester, services: Services, redis: Redis
) -> None:
    kept = await reply_to(tom, "remember me")
    reply = await reply_to(mara, "hi")
    for tester, message in ((mara, reply), (tom, kept)):
        await tester.presses(message, LIKE)
        await tester.sees("editMessageReplyMarkup")
    await mara.says("/forget")
    question = await mara.hears()
    await mara.presses(question, "Forget me")
    receipt = (await mara.sees("editMessageText"))["result"]
    assert receipt["text"] == ("Done. Removed:\n• 1 turns (retrieval)\n• 1 ratings (feedback)")
    assert "reply_markup" not in receipt
    assert [turn.person for turn in services.turns] == ["telegram-4712"]
    assert services.verdicts() == {"telegram-4712": ["like_me"]}
    await mara.says("hello again")
    assert (await mara.hears())["text"] == texts.disclosure("Anselm")


async def test_forget_can_be_called_off(bot: FastAPI, mara: Tester, services: Services) -> None:
    await reply_to(mara, "hi")
    await mara.says("/forget")
    await mara.presses(await mara.hears(), "Keep it")
    assert (await mara.sees("editMessageText"))["result"]["text"] == texts.FORGET_KEPT
    assert len(services.turns) == 1


async def test_forgetting_that_goes_on_by_itself_says_so(bot: FastAPI, mara: Tester, services: Services) -> None:
    await reply_to(mara, "hi")
    services.waiting = ["feedback"]
    await mara.says("/forget")
    await mara.presses(await mara.hears(), "Forget me")
    text = (await mara.sees("editMessageText"))["result"]["text"]
    assert text.startswith("Under way: feedback will follow by itself")
    assert "1 turns (retrieval)" in text


async def test_forgetting_that_cannot_begin_says_so(bot: FastAPI, mara: Tester, services: Services) -> None:
    await reply_to(mara, "hi")
    services.failures["/v1/forget"] = Unavailable("ingest is down")
    await mara.says("/forget")
    await mara.presses(await mara.hears(), "Forget me")
    assert (await mara.sees("editMessageText"))["result"]["text"] == texts.FORGET_LATER
    assert len(services.turns) == 1


async def test_in_a_group_only_who_asked_decides(bot: FastAPI, api: BotApi, services: Services) -> None:
    async with Tester(api.url, 4711, "Mara", chat=-1001) as mara, Tester(api.url, 4712, "Tom", chat=-1001) as tom:
        await mara.says("/forget@anselm_persona_bot")
        question = await mara.hears()
        await tom.presses(question, "Forget me")
        assert (await tom.sees("answerCallbackQuery"))["parameters"]["text"] == texts.FORGET_OTHERS
