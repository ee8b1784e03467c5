"""Forgetting leaves nothing behind, and nothing comes back."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from services.retrieval import memory
from services.retrieval.repository import Conversations, Tombstones
from shared.contracts.base import Receipt
from shared.contracts.retrieval import ContextRequest, ForgetRequest
from shared.errors import Invalid
from tests.integration.retrieval.conftest import BEGAN, House, exchange, turn

TABLES = ("exchanges", "anchor_choices", "indexes", "runs", "conversations", "turns", "tombstones")


async def everything(house: House) -> str:
    """Every row of every table, as text."""
    async with house.database.transaction() as session:
        rows = [await session.execute(text(f"select t::text from memory.{table} t")) for table in TABLES]
        return "\n".join(row[0] for found in rows for row in found)


def counts(receipt: Receipt) -> dict[str, int]:
    assert {line.service for line in receipt.removed} == {"retrieval"}
    return {line.what: line.count for line in receipt.removed}


async def test_a_turn_is_remembered_once(house: House) -> None:
    assert await memory.remember(house.database, turn(1))
    assert not await memory.remember(house.database, turn(1))
    assert await house.client.turns("chat-7") == [turn(1)]


async def test_turns_come_oldest_first(house: House) -> None:
    for number in (3, 1, 2):
        await memory.remember(house.database, turn(number))
    assert await house.client.turns("chat-7") == [turn(1), turn(2), turn(3)]
    assert await house.client.turns("nowhere") == []


async def test_a_person_leaves_nothing_behind(house: House) -> None:
    house.ingest.exchanges = [exchange(1, "hi", "ahoi", people=("telegram-7",)), exchange(2, "yes", "no")]
    await house.index()
    for number in range(3):
        await memory.remember(house.database, turn(number))
    await memory.remember(house.database, turn(9, person="telegram-8", conversation="chat-8"))
    receipt = await house.client.forget(ForgetRequest(person="telegram-7"))
    assert receipt.subject == "telegram-7"
    assert counts(receipt) == {"turns": 3, "conversations": 1, "exchanges": 1}
    left = await everything(house)
    assert "telegram-7" not in left
    assert "question 1" not in left
    assert "telegram-8" in left


async def test_others_keep_their_turns_in_a_shared_conversation(house: House) -> None:
    await memory.remember(house.database, turn(1))
    await memory.remember(house.database, turn(2, person="telegram-8"))
    assert counts(await house.client.forget(ForgetRequest(person="telegram-7")))["conversations"] == 0
    assert await house.client.turns("chat-7") == [turn(2, person="telegram-8")]


async def test_a_conversation(house: House) -> None:
    await memory.remember(house.database, turn(1))
    await memory.remember(house.database, turn(1, conversation="chat-8"))
    receipt = await house.client.forget(ForgetRequest(conversation="chat-7"))
    assert counts(receipt) == {"turns": 1, "conversations": 1}
    assert await house.client.turns("chat-7") == []
    assert len(await house.client.turns("chat-8")) == 1
    context = await house.client.context(ContextRequest(persona="anselm", conversation="chat-7", message="hi"))
    assert context.turns == []


async def test_messages_take_every_exchange_that_they_are_in(house: House) -> None:
    house.ingest.exchanges = [exchange(n, "hi", "ahoi") for n in range(4)]
    await house.index()
    assert counts(await house.client.forget(ForgetRequest(message_ids=["1:2", "1:5", "1:999"]))) == {"exchanges": 2}


async def test_forgetting_twice_or_a_stranger_removes_nothing(house: House) -> None:
    for _ in range(2):
        receipt = await house.client.forget(ForgetRequest(person="telegram-99"))
        assert set(counts(receipt).values()) == {0}


async def test_a_turn_that_was_queued_before_does_not_come_back(house: House) -> None:
    await house.client.forget(ForgetRequest(person="telegram-7"))
    assert not await memory.remember(house.database, turn(1))
    assert await house.client.turns("chat-7") == []


async def test_a_person_who_returns_is_new(house: House) -> None:
    await house.client.forget(ForgetRequest(person="telegram-7"))
    later = turn(1).model_copy(update={"at": BEGAN.replace(year=2126)})
    assert await memory.remember(house.database, later)


async def test_forgetting_waits_for_a_turn_that_is_being_stored(house: House) -> None:
    async with house.database.transaction() as session:
        await Tombstones(session).hold_off()
        await Conversations(session).add(turn(1))
        forgetting = asyncio.create_task(house.client.forget(ForgetRequest(person="telegram-7")))
        _, pending = await asyncio.wait([forgetting], timeout=0.3)
        assert pending
    assert counts(await forgetting)["turns"] == 1
    assert await house.client.turns("chat-7") == []


@pytest.mark.parametrize("request_", [ForgetRequest(), ForgetRequest(person="a", message_ids=["1:1"])])
async def test_an_unclear_request_removes_nothing(house: House, request_: ForgetRequest) -> None:
    await memory.remember(house.database, turn(1))
    with pytest.raises(Invalid):
        await house.client.forget(request_)
    assert await house.client.turns("chat-7") == [turn(1)]


async def test_a_chat_goes_as_a_whole_and_stays_away(house: House) -> None:
    house.ingest.exchanges = [exchange(1, "bread?", "ahoi", chat=7), exchange(2, "tea?", "yes", chat=8)]
    await house.index()
    assert counts(await house.client.forget(ForgetRequest(chat=7), dry_run=True)) == {"exchanges": 1}
    assert {one.name for one in await house.client.held() if one.kind == "chat"} == {"7", "8"}
    assert counts(await house.client.forget(ForgetRequest(chat=7))) == {"exchanges": 1}
    assert {one.name for one in await house.client.held() if one.kind == "chat"} == {"8"}


async def test_what_others_said_about_a_person_goes_with_them(house: House) -> None:
    said = turn(1).model_copy(update={"message": "Do you know mira okafor?"})
    named = turn(2, person="telegram-8", conversation="chat-8").model_copy(update={"reply": "ask user_mira, she"})
    for one in (said, named, turn(3, person="telegram-9", conversation="chat-9")):
        await memory.remember(house.database, one)
    house.ingest.exchanges = [
        exchange(1, "where is user_mira?", "at sea", people=("user_lena",)),
        exchange(2, "where is user_mira2?", "at home", people=("user_lena",)),
    ]
    await house.index()
    receipt = await house.client.forget(ForgetRequest(person="user_mira", names=["Mira Okafor"]))
    assert counts(receipt) == {"turns": 2, "conversations": 2, "exchanges": 1}
