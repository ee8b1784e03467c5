"""Forgetting follows a person's words to the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.artifacts import ArtifactStore
from shared.contracts.ingest import ConsentGrant, DatasetRequest, Purpose
from shared.contracts.jobs import JobState
from shared.errors import Conflict, NotFound
from tests.integration.ingest.conftest import BOTH, World, account, chat, message
from tests.integration.ingest.test_datasets import dialogue


def history() -> dict[str, object]:
    gossip = chat(
        9, message(1, 3, "Did Boris call you?"), message(2, 1, "boris never calls"), kind="private_group", name="G"
    )
    return account(dialogue(7, 2), dialogue(8, 3, word="rose"), gossip)


async def prepare(world: World, folder: Path) -> str:
    """Two contacts, both consenting, and a dataset; returns the pseudonym of the one to be forgotten."""
    await world.import_export(history(), folder)
    for name in ("Boris Orlov", "Cleo Marsh"):
        await world.client.grant(ConsentGrant(person=name, purposes=BOTH, evidence="yes"))
    dataset = await world.build(DatasetRequest(persona="ada"))
    assert dataset.state == JobState.DONE, dataset.error
    return next(p.id for p in await world.client.people(names=True) if p.name == "Boris Orlov")


async def test_nothing_of_a_forgotten_person_is_left(world: World, tmp_path: Path) -> None:
    boris = await prepare(world, tmp_path)
    receipt = await world.client.forget(boris)
    counts = {(line.service, line.what): line.count for line in receipt.removed}
    assert receipt.waiting == ["retrain"], "which waits for the new version"
    assert counts["ingest", "messages"] == 120, "a private chat goes as a whole"
    assert counts["ingest", "consents"] == 4
    assert counts["ingest", "datasets"] == 1
    assert counts["ingest", "examples"] > 100
    assert counts["ingest", "mentions"] == 2
    assert counts["retrieval", "exchanges"] == 4
    assert counts["feedback", "ratings"] == 3
    assert world.neighbours.tainted == ["ada-d1", "ada-dpo1"]
    asked = [(one["person"], one["chat"], one["names"]) for one in world.neighbours.subjects]
    assert asked == [(boris, None, ["Boris Orlov", "user2"]), (None, 7, [])]

    dataset = await world.client.dataset("ada-d1")
    assert dataset.tainted
    assert dataset.path is None
    assert ArtifactStore(world.settings.datasets).names() == []
    assert boris not in [p.id for p in await world.client.people()]
    clean = [text for (text,) in await world.rows("select clean from ingest.messages where chat_id = 9 order by id")]
    assert clean == ["Did <person> call you?", "<person> never calls"]
    assert await world.rows("select service from ingest.notices") == [("retrain",)]


async def test_a_later_import_does_not_bring_them_back(world: World, tmp_path: Path) -> None:
    boris = await prepare(world, tmp_path)
    await world.client.forget("Boris Orlov")
    again = await world.import_export(history(), tmp_path)
    assert again.state == JobState.DONE
    assert again.report.refused == {"forgotten": 120}
    assert again.report.new == 0
    assert boris not in [p.id for p in await world.client.people()]
    edited = history()
    edited["chats"]["list"][2]["messages"][0] |= {"text": "Did Boris Orlov call?", "edited_unixtime": "1700099000"}  # type: ignore[index]
    await world.import_export(edited, tmp_path)
    assert await world.rows("select clean from ingest.messages where chat_id = 9 and id = 1") == [
        ("Did <person> call?",)
    ]


async def test_an_unreachable_service_is_told_later(world: World, tmp_path: Path) -> None:
    boris = await prepare(world, tmp_path)
    world.neighbours.down = {"trainer"}
    receipt = await world.client.forget(boris)
    assert set(receipt.waiting) == {"trainer", "retrain"}
    assert world.neighbours.tainted == []
    assert len(world.neighbours.subjects) == 2, "the one that answers is told, and once"
    assert await world.rows("select count(*) from ingest.forgettings where subject is not null") == [(1,)]
    world.neighbours.down = set()
    again = await world.client.forget("Boris Orlov")
    assert again.id == receipt.id
    assert again.waiting == ["retrain"]
    assert world.neighbours.tainted == ["ada-d1", "ada-dpo1"]
    assert {line.what: line.count for line in again.removed if line.service == "ingest"}["messages"] == 120
    assert (await world.client.forget(boris)).removed == again.removed
    assert world.neighbours.tainted == ["ada-d1", "ada-dpo1"], "and only once"
    assert await world.rows("select count(*) from ingest.forgettings where subject is not null") == [(0,)]


async def test_revoking_flows_on_as_forgetting_does(world: World, tmp_path: Path) -> None:
    boris = await prepare(world, tmp_path)
    await world.client.revoke(boris)
    assert world.neighbours.tainted == ["ada-d1"]
    assert len(world.neighbours.forgotten) == 60
    assert ArtifactStore(world.settings.datasets).names() == []
    assert await world.rows("select count(*) from ingest.messages where chat_id = 7") == [(120,)], "the messages stay"
    rebuilt = await world.build(DatasetRequest(persona="ada"))
    assert rebuilt.name == "ada-d2"
    assert await world.rows("select count(*) from ingest.dataset_examples where chat_id = 7") == [(0,)]


async def test_a_consent_that_goes_while_a_dataset_is_built_stops_it(world: World, tmp_path: Path) -> None:
    boris = await prepare(world, tmp_path)
    queued = await world.client.build_dataset(DatasetRequest(persona="ada"))
    from services.ingest import building

    stage = world.stage(queued.name, "dataset")
    gathered = building._gather

    async def gather_then_revoke(*args: object) -> object:
        material = await gathered(*args)  # type: ignore[arg-type]
        await world.client.revoke(boris)
        return material

    building._gather = gather_then_revoke  # type: ignore[assignment]
    try:
        await building.build_dataset(stage, queued.name)
    finally:
        building._gather = gathered
    dataset = await world.client.dataset(queued.name)
    assert dataset.state == JobState.FAILED
    assert "consent changed" in (dataset.error or "")
    assert ArtifactStore(world.settings.datasets).names() == []


async def test_the_owner_and_strangers_are_not_forgotten(world: World, tmp_path: Path) -> None:
    await prepare(world, tmp_path)
    with pytest.raises(Conflict, match="owner cannot be forgotten"):
        await world.client.forget("Ada Byron")
    with pytest.raises(NotFound):
        await world.client.forget("Somebody Else")
    assert Purpose.TRAIN in [c.purpose for c in await world.client.consents()]
