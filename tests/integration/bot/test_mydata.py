"""/mydata: a tester gets everything that is kept of them, and nothing of anybody else."""

from __future__ import annotations

import json

from fastapi import FastAPI

from services.bot import texts
from shared.contracts.feedback import Verdict
from shared.errors import Unavailable
from shared.personal_data import PersonalData
from tests.integration.bot.conftest import introduced
from tests.integration.bot.services import Services
from tests.peers.bot_api import BotApi, Tester


async def test_a_tester_gets_all_that_is_kept_of_them(
    bot: FastAPI, mara: Tester, tom: Tester, services: Services
) -> None:
    for tester, text in ((mara, "mara was here"), (tom, "tom was here")):
        await introduced(tester)
        await tester.says(text)
    reply = await mara.hears()
    await tom.hears()
    await mara.presses(reply, "Not like me")
    await services.until(lambda: services.ratings)
    await mara.says("/mydata")
    name, content = await mara.receives()
    assert name == texts.DATA_FILE
    data = PersonalData.model_validate_json(content)
    assert data.person == "telegram-4711"
    assert [turn.message for turn in data.turns] == ["mara was here"]
    assert [(rating.reply.text, rating.verdict) for rating in data.ratings] == [
        ("you said mara was here", Verdict.NOT_LIKE_ME)
    ]
    assert [reply.text for reply in data.ratable] == ["you said mara was here"]
    assert "tom" not in content
    assert json.loads(content)["about"]


async def test_who_is_new_gets_a_document_that_says_so(bot: FastAPI, mara: Tester) -> None:
    await introduced(mara)
    await mara.says("/mydata")
    data = PersonalData.model_validate_json((await mara.receives())[1])
    assert (data.turns, data.ratings, data.pairs, data.ratable) == ([], [], [], [])


async def test_half_of_it_is_not_sent(bot: FastAPI, mara: Tester, services: Services) -> None:
    await introduced(mara)
    services.failures["/v1/people"] = Unavailable("PostgreSQL does not answer.")
    await mara.says("/mydata")
    assert (await mara.hears())["text"] == texts.DATA_NOT_NOW


async def test_it_is_not_shown_to_a_group(bot: FastAPI, api: BotApi) -> None:
    async with Tester(api.url, 4711, "Mara", chat=-100) as mara:
        await mara.says("/mydata")
        assert (await mara.hears())["text"] == texts.DATA_IN_PRIVATE
