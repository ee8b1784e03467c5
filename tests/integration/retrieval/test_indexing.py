"""Indexing holds exactly what ingest offers, whatever happens on the way."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from services.retrieval.memory import remember
from shared.contracts.jobs import JobState
from shared.contracts.retrieval import ContextRequest, ForgetRequest, IndexRequest, SearchRequest
from shared.errors import Conflict, NotFound, Unavailable
from tests.integration.retrieval.conftest import House, exchange, turn

PLACES = ("harbour", "bakery", "workshop", "station", "market", "garden", "library", "bridge", "castle", "ferry")


def offered(count: int = 10) -> list:
    return [exchange(n, f"how is the {PLACES[n]} today", f"the {PLACES[n]} is 9/10 captain") for n in range(count)]


async def stored(house: House, persona: str = "anselm") -> list[str]:
    async with house.database.transaction() as session:
        rows = await session.execute(
            text("select id from memory.exchanges where persona = :persona order by id"), {"persona": persona}
        )
        return [row.id for row in rows]


async def search(house: House, query: str, persona: str = "anselm", k: int = 3) -> list[str]:
    return [hit.id for hit in await house.client.search(SearchRequest(persona=persona, query=query, k=k))]


async def test_what_is_offered_is_found(house: House) -> None:
    house.ingest.exchanges = offered()
    reporter = await house.index()
    assert reporter.job.state is JobState.DONE
    assert reporter.job.detail == {"exchanges": 10, "embedded": 10, "removed": 0, "anchors": 10, "withheld": {}}
    assert (await search(house, "is the ferry there"))[0] == "x0009"
    assert (await house.client.job("index-1")).state is JobState.DONE


async def test_repeating_it_embeds_nothing_again(house: House) -> None:
    house.ingest.exchanges = offered()
    await house.index()
    reporter = await house.index(job="index-2")
    assert reporter.job.detail == {"exchanges": 10, "embedded": 0, "removed": 0, "anchors": 10, "withheld": {}}
    assert len(await stored(house)) == 10


async def test_changed_is_replaced_and_withdrawn_is_removed(house: House) -> None:
    house.ingest.exchanges = offered()
    await house.index()
    house.ingest.exchanges = [exchange(0, "how is the lighthouse", "bright"), *offered()[2:]]
    reporter = await house.index(job="index-2")
    assert reporter.job.detail["embedded"] == 1
    assert reporter.job.detail["removed"] == 1
    assert await stored(house) == [f"x{n:04}" for n in (0, *range(2, 10))]
    assert (await search(house, "the lighthouse"))[0] == "x0000"


async def test_what_is_private_is_withheld_and_counted(house: House) -> None:
    leaky = [
        exchange(20, "your number?", "+31 6 1122 3345, or bo@mail.example.org"),
        exchange(21, "and the shop's?", "020 7946 0417"),
    ]
    house.ingest.exchanges = [*offered(3), *leaky]
    reporter = await house.index()
    assert reporter.job.detail["withheld"] == {"phone": 2, "email": 1}
    assert await stored(house) == ["x0000", "x0001", "x0002"]

    house.ingest.allowed = ["020 7946 0417"]
    reporter = await house.index(job="index-2")
    assert reporter.job.detail["withheld"] == {"phone": 1, "email": 1}
    assert await stored(house) == ["x0000", "x0001", "x0002", "x0021"]

    house.ingest.allowed = []
    await house.index(job="index-3")
    assert await stored(house) == ["x0000", "x0001", "x0002"], "what is no longer allowed does not stay"


async def test_turns_are_masked_before_they_are_stored(house: House) -> None:
    said = turn(1).model_copy(update={"message": "I am at bo@mail.example.org", "reply": "my password: hunter2!!"})
    assert await remember(house.database, said)
    [kept] = await house.client.turns("chat-7")
    assert (kept.message, kept.reply) == ("I am at <email>", "my password: <password>!!")


async def test_a_run_that_broke_goes_on_where_it_stood(house: House) -> None:
    house.ingest.exchanges = offered()
    house.ingest.breaks_at = "8"
    with pytest.raises(Unavailable):
        await house.index()
    assert len(await stored(house)) == 8
    house.ingest.breaks_at, house.ingest.asked = None, []
    reporter = await house.index()
    assert house.ingest.asked == ["8"]
    assert reporter.job.detail["exchanges"] == 10
    assert len(await stored(house)) == 10


async def test_a_run_delivered_twice_does_nothing_the_second_time(house: House) -> None:
    house.ingest.exchanges = offered()
    await house.index()
    house.ingest.asked = []
    reporter = await house.index()
    assert reporter.job.state is JobState.DONE
    assert house.ingest.asked == []


async def test_chats_limit_what_a_persona_recalls(house: House) -> None:
    house.ingest.exchanges = [*offered(3), exchange(5, "secret", "of another chat", chat=2)]
    await house.index(chats=[2])
    assert await stored(house) == ["x0005"]


async def test_personas_do_not_see_each_other(house: House) -> None:
    house.ingest.exchanges = offered(3)
    await house.index("anselm")
    house.ingest.exchanges = [exchange(7, "how is the harbour today", "wet")]
    await house.index("mira", job="index-2")
    assert await search(house, "how is the harbour today", "mira") == ["x0007"]
    assert len(await stored(house, "anselm")) == 3


async def test_without_consent_nothing_stays(house: House) -> None:
    house.ingest.exchanges = offered()
    await house.index()
    house.ingest.exchanges = []
    await house.index(job="index-2")
    assert await stored(house) == []
    assert await search(house, "harbour") == []


async def test_another_embedding_model_is_an_error_until_indexed_again(house: House) -> None:
    house.ingest.exchanges = offered(3)
    await house.index()
    house.embedder.name, house.embedder.dimension = "words@2", 100
    with pytest.raises(Conflict, match="indexed with words@1") as caught:
        await search(house, "harbour")
    assert "Index the persona again" in str(caught.value)
    with pytest.raises(Conflict):
        await house.client.context(ContextRequest(persona="anselm", conversation="c", message="harbour"))
    reporter = await house.index(job="index-2")
    assert reporter.job.detail["embedded"] == 3
    assert (await search(house, "how is the harbour today"))[0] == "x0000"


async def test_a_persona_that_was_never_indexed(house: House) -> None:
    with pytest.raises(NotFound, match="nobody"):
        await search(house, "harbour", "nobody")


async def test_a_run_under_way_does_not_bring_back_what_was_forgotten(house: House) -> None:
    house.ingest.exchanges = [*offered(6), exchange(8, "old friend", "ahoi", people=("user_lena",))]
    house.ingest.breaks_at = "4"
    with pytest.raises(Unavailable):
        await house.index()
    await house.client.forget(ForgetRequest(person="user_lena"))
    await house.client.forget(ForgetRequest(message_ids=["1:0", "1:11"]))
    house.ingest.breaks_at = None
    await house.index()
    assert await stored(house) == ["x0001", "x0002", "x0003", "x0004"]


async def test_the_api_queues_a_job(house: House) -> None:
    job = await house.client.index(IndexRequest(persona="anselm"))
    assert job.state is JobState.QUEUED
    assert await house.client.job(job.id) == job
    assert house.redis.llen("memory") == 1
