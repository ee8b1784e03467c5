"""Past exchanges, as retrieval reads them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shared.contracts.ingest import ConsentGrant, DatasetRequest, Exchange, Purpose
from shared.errors import Invalid
from tests.integration.ingest.conftest import BOTH, SAMPLE, World, account, chat, message
from tests.integration.ingest.test_datasets import dialogue


async def read_all(world: World, limit: int, chats: list[int] | None = None) -> list[Exchange]:
    found: list[Exchange] = []
    after = None
    while True:
        page = await world.client.exchanges(after=after, limit=limit, chats=chats)
        found += page.items
        if page.next is None:
            return found
        assert len(page.items) == limit
        after = page.next


async def test_pages_hold_every_exchange_once_whatever_their_size(world: World) -> None:
    await world.import_file(SAMPLE)
    await world.grant_sample()
    whole = await read_all(world, 2_000)
    assert len(whole) > 500
    assert len({e.id for e in whole}) == len(whole)
    for limit in (37, 500):
        assert await read_all(world, limit) == whole


async def test_only_who_consented_to_retrieval_is_in_it(world: World, tmp_path: Path) -> None:
    await world.import_export(account(dialogue(7, 2), dialogue(8, 3, word="rose")), tmp_path)
    assert await read_all(world, 100) == []
    await world.client.grant(ConsentGrant(person="Boris Orlov", purposes=[Purpose.TRAIN], evidence="yes"))
    assert await read_all(world, 100) == []
    await world.client.grant(ConsentGrant(person="Cleo Marsh", purposes=BOTH, evidence="yes"))
    found = await read_all(world, 100)
    assert {e.chat for e in found} == {8}
    assert len(found) == 60
    assert found[0].context.startswith("Question rose")
    assert found[0].message_ids == ["8:1", "8:2"]
    assert await read_all(world, 100, chats=[7]) == []
    await world.client.revoke("Cleo Marsh")
    assert await read_all(world, 100) == []


async def test_topics_of_a_forum_do_not_mix_whatever_the_page(world: World, tmp_path: Path) -> None:
    topics = [{"id": n, "type": "service", "action": "topic_created", "title": f"Topic {n}"} for n in (1, 2)]
    turns = [
        message(4 * n + 10 + k, sender, f"{who} {topic} {n}", reply_to_message_id=topic)
        for n in range(9)
        for k, (who, sender, topic) in enumerate((("ask", 2, 1), ("ask", 2, 2), ("tell", 1, 1), ("tell", 1, 2)))
    ]
    await world.import_export(account(chat(9, *topics, *turns, kind="private_supergroup")), tmp_path)
    await world.client.grant(ConsentGrant(person="Boris Orlov", purposes=BOTH, evidence="yes"))
    whole = await read_all(world, 100)
    assert [(e.context[-5:], e.reply[-3:]) for e in whole] == [
        (f"k {topic} {n}", f"{topic} {n}") for topic in (1, 2) for n in range(9)
    ]
    for limit in (1, 4, 17):
        assert await read_all(world, limit) == whole


async def test_a_strange_cursor_is_refused(world: World) -> None:
    with pytest.raises(Invalid, match="not a cursor"):
        await world.client.exchanges(after="nonsense")


async def test_what_the_newest_dataset_holds_out_is_told(world: World) -> None:
    await world.import_file(SAMPLE)
    await world.grant_sample()
    assert not any(e.held_out for e in await read_all(world, 2_000))
    built = await world.build(DatasetRequest(persona="anselm"))
    splits = json.loads((Path(built.path or "") / "sft_data.json").read_text())
    held = {e["message_ids"][-1] for split in ("val", "test") for e in splits[split]}
    trained = {e["message_ids"][-1] for e in splits["train"]}
    found = {e.message_ids[-1]: e.held_out for e in await read_all(world, 2_000)}
    assert {id_ for id_, out in found.items() if out} >= held & found.keys()
    assert not any(found.get(id_) for id_ in trained)
    assert len(held & found.keys()) > 50
