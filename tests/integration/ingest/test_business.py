"""Messages of Telegram business chats are kept and counted, and never learned from or recalled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shared.contracts.ingest import ConsentGrant, DatasetRequest
from tests.integration.ingest.conftest import BOTH, World, account
from tests.integration.ingest.test_datasets import dialogue, examples_of
from tests.integration.ingest.test_exchanges import read_all

BUSINESS = {5, 6, 20, 33}


def with_business(chat: dict[str, Any]) -> dict[str, Any]:
    """The chat with some messages of a contact (odd) and of the owner (even) that passed through a business account."""
    for one in chat["messages"]:
        if one["id"] in BUSINESS:
            one |= {"via_business_bot": "@helper", "text": f"CONFIDENTIAL {one['text']}"}
    return chat


async def test_business_messages_are_in_no_dataset_and_no_exchange(world: World, tmp_path: Path) -> None:
    await world.import_export(account(with_business(dialogue(7, 2))), tmp_path)
    await world.client.grant(ConsentGrant(person="Boris Orlov", purposes=BOTH, evidence="yes"))
    assert await world.rows("select count(*) from ingest.messages where business and clean like 'CONFIDENTIAL%'") == [
        (4,)
    ]

    dataset = await world.build(DatasetRequest(persona="ada"))
    assert dataset.statistics is not None, dataset.error
    assert dataset.statistics.left_out["business"] == len(BUSINESS)
    assert dataset.statistics.withheld_messages == 0
    folder = world.settings.datasets / dataset.name
    assert all("CONFIDENTIAL" not in file.read_text() for file in folder.rglob("*") if file.is_file())
    used = {i for found in examples_of(world, dataset.name).values() for e in found for i in e.message_ids}
    assert used.isdisjoint(f"7:{number}" for number in BUSINESS)

    recalled = await read_all(world, 100)
    assert len(recalled) == 60 - 3, "an exchange with a business message on one side is none"
    assert all("CONFIDENTIAL" not in e.context + e.reply for e in recalled)
    assert {i for e in recalled for i in e.message_ids}.isdisjoint(f"7:{number}" for number in BUSINESS)
