"""Turns that are older than is kept go; what is younger stays; a second sweep does nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from services.retrieval import memory
from shared.contracts.retrieval import Turn
from tests.integration.retrieval.conftest import House, turn

DAY = timedelta(days=1)


def said(number: int, days_ago: int, conversation: str = "chat-7") -> Turn:
    at = datetime.now(UTC) - days_ago * DAY
    return turn(number, conversation=conversation).model_copy(update={"at": at})


async def conversations(house: House) -> set[str]:
    async with house.database.transaction() as session:
        return set(await session.scalars(text("select id from memory.conversations")))


async def test_old_turns_go_and_young_ones_stay(house: House) -> None:
    old, young, elsewhere = said(1, 40), said(2, 20), said(3, 40, "chat-8")
    for one in (old, young, elsewhere):
        assert await memory.remember(house.database, one)
    assert await memory.sweep(house.database, 30 * DAY) == 2
    assert await house.client.turns("chat-7") == [young]
    assert await conversations(house) == {"chat-7"}
    assert await memory.sweep(house.database, 30 * DAY) == 0
    assert await memory.sweep(house.database, timedelta(0)) == 0
    assert await house.client.turns("chat-7") == [young]


async def test_all_that_is_kept_of_a_tester(house: House) -> None:
    mine = [turn(1), turn(2, conversation="group-1"), turn(3, persona="other")]
    for one in (*mine, turn(4, person="telegram-8", conversation="group-1")):
        await memory.remember(house.database, one)
    kept = await house.client.kept_of("telegram-7")
    assert (kept.person, kept.turns) == ("telegram-7", mine)
    assert (await house.client.kept_of("telegram-9")).turns == []
