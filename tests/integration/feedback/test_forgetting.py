"""A person's opinions leave, and every dataset that they are in."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from shared.artifacts import ArtifactStore
from shared.clients.feedback import FeedbackClient
from shared.contracts.base import Receipt
from shared.contracts.feedback import PreferenceKind, PreferenceRequest, Verdict
from shared.database import Database
from tests.integration.feedback.conftest import pair, rating

DPO = PreferenceRequest(persona="anselm", kind=PreferenceKind.DPO)
KTO = PreferenceRequest(persona="anselm", kind=PreferenceKind.KTO)
TABLES = ("ratings", "pairs", "datasets")


def counts(receipt: Receipt) -> dict[str, int]:
    assert {line.service for line in receipt.removed} == {"feedback"}
    return {line.what: line.count for line in receipt.removed}


async def everything(database: Database) -> str:
    async with database.transaction() as session:
        rows = [await session.execute(text(f"select t::text from feedback.{table} t")) for table in TABLES]
        return "\n".join(row[0] for found in rows for row in found)


async def test_nothing_is_left(client: FeedbackClient, store: ArtifactStore, database: Database) -> None:
    await client.compare(pair("k1", "theirs", "worse"))
    await client.compare(pair("k2", "others", "worst", person="telegram-8"))
    await client.rate(rating("their reply", Verdict.LIKE_ME))
    await client.build_dataset(DPO)
    await client.build_dataset(KTO)
    receipt = await client.forget("telegram-7")
    assert receipt.subject == "telegram-7"
    assert counts(receipt) == {
        "ratings": 1,
        "pairs": 1,
        "preference dataset anselm-dpo1": 2,
        "preference dataset anselm-kto1": 1,
    }
    assert await client.datasets() == []
    assert store.names() == []
    assert not any(store.root.iterdir())
    left = await everything(database)
    assert "telegram-7" not in left
    assert "their" not in left
    assert "telegram-8" in left


async def test_what_is_built_afterwards_has_a_new_name(client: FeedbackClient) -> None:
    await client.compare(pair("k1", "theirs", "worse"))
    await client.compare(pair("k2", "others", "worst", person="telegram-8"))
    await client.build_dataset(DPO)
    await client.forget("telegram-7")
    rebuilt = await client.build_dataset(DPO)
    assert (rebuilt.name, rebuilt.rows) == ("anselm-dpo2", 1)


async def test_datasets_of_others_stay(client: FeedbackClient) -> None:
    await client.compare(pair("k2", "others", "worst", person="telegram-8"))
    built = await client.build_dataset(DPO)
    await client.rate(rating("their reply", Verdict.LIKE_ME))
    assert counts(await client.forget("telegram-7")) == {"ratings": 1, "pairs": 0}
    assert await client.datasets() == [built]


async def test_a_stranger_and_a_second_time(client: FeedbackClient) -> None:
    for _ in range(2):
        assert counts(await client.forget("telegram-99")) == {"ratings": 0, "pairs": 0}


async def test_a_folder_that_was_never_entered_is_removed_too(
    client: FeedbackClient, store: ArtifactStore, database: Database
) -> None:
    await client.compare(pair("k1", "theirs", "worse"))
    await client.build_dataset(DPO)
    async with database.transaction() as session:
        await session.execute(text("delete from feedback.datasets"))
    await client.forget("telegram-7")
    assert store.names() == []


async def test_a_removal_that_failed_can_be_repeated(
    client: FeedbackClient, store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.compare(pair("k1", "theirs", "worse"))
    await client.build_dataset(DPO)
    with monkeypatch.context() as patch:
        patch.setattr("shared.artifacts.shutil.rmtree", _fails)
        with pytest.raises(Exception, match="could not be removed"):
            await client.forget("telegram-7")
    assert (await client.statistics("anselm")).pairs == 1
    assert counts(await client.forget("telegram-7"))["preference dataset anselm-dpo1"] == 1
    assert store.names() == []


def _fails(*_: object, **__: object) -> None:
    raise PermissionError(13, "Permission denied")
