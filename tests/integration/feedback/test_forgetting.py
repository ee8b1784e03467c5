"""A person's opinions leave, and every dataset that they are in."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from shared.artifacts import ArtifactStore
from shared.clients.feedback import FeedbackClient
from shared.contracts.base import Receipt
from shared.contracts.feedback import ForgetOpinions, PreferenceKind, PreferenceRequest, Verdict
from shared.database import Database
from tests.integration.feedback.conftest import pair, rating

THEM = ForgetOpinions(person="telegram-7")
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
    receipt = await client.forget(THEM)
    assert receipt.subject == "telegram-7"
    assert counts(receipt) == {"ratings": 1, "pairs": 1, "preference rows": 3}
    assert receipt.datasets == ["anselm-dpo1", "anselm-kto1"]
    assert await client.datasets() == []
    assert store.names() == []
    assert not any(store.root.iterdir())
    left = await everything(database)
    assert "telegram-7" not in left
    assert "their" not in left
    assert "telegram-8" in left


async def test_a_dry_run_says_what_would_go_and_removes_nothing(client: FeedbackClient, store: ArtifactStore) -> None:
    await client.compare(pair("k1", "theirs", "worse"))
    await client.build_dataset(DPO)
    dry = await client.forget(THEM, dry_run=True)
    assert store.names() == ["anselm-dpo1"]
    assert (await client.statistics("anselm")).pairs == 1
    assert await client.forget(THEM) == dry


async def test_words_in_others_opinions_go_too(client: FeedbackClient, database: Database) -> None:
    """In a group one may rate what another was answered; and anybody may speak of a contact."""
    answered = rating("their answer", Verdict.LIKE_ME, person="telegram-8")
    await client.rate(answered.model_copy(update={"reply": answered.reply.model_copy(update={"asker": "telegram-7"})}))
    await client.compare(pair("k3", "ask user_3f9a", "no", person="telegram-8"))
    await client.compare(pair("k4", "ask user_3f9a1", "no", person="telegram-8"))
    await client.compare(pair("k5", "Ask MIRA OKAFOR.", "no", person="telegram-8"))
    names = {(one.name, one.what) for one in await client.held()}
    assert {("telegram-7", "ratings"), ("telegram-8", "pairs"), ("user_3f9a", "pairs")} <= names
    assert counts(await client.forget(THEM))["ratings"] == 1
    contact = ForgetOpinions(person="user_3f9a", names=["Mira Okafor"])
    assert counts(await client.forget(contact))["pairs"] == 2
    left = await everything(database)
    assert "their answer" not in left
    assert "user_3f9a1" in left
    assert "OKAFOR" not in left


async def test_what_is_built_afterwards_has_a_new_name(client: FeedbackClient) -> None:
    await client.compare(pair("k1", "theirs", "worse"))
    await client.compare(pair("k2", "others", "worst", person="telegram-8"))
    await client.build_dataset(DPO)
    await client.forget(THEM)
    rebuilt = await client.build_dataset(DPO)
    assert (rebuilt.name, rebuilt.rows) == ("anselm-dpo2", 1)


async def test_datasets_of_others_stay(client: FeedbackClient) -> None:
    await client.compare(pair("k2", "others", "worst", person="telegram-8"))
    built = await client.build_dataset(DPO)
    await client.rate(rating("their reply", Verdict.LIKE_ME))
    assert counts(await client.forget(THEM)) == {"ratings": 1, "pairs": 0, "preference rows": 0}
    assert await client.datasets() == [built]


async def test_a_stranger_and_a_second_time(client: FeedbackClient) -> None:
    for _ in range(2):
        assert counts(await client.forget(ForgetOpinions(person="telegram-99"))) == {
            "ratings": 0,
            "pairs": 0,
            "preference rows": 0,
        }


async def test_a_folder_that_was_never_entered_is_removed_too(
    client: FeedbackClient, store: ArtifactStore, database: Database
) -> None:
    await client.compare(pair("k1", "theirs", "worse"))
    await client.build_dataset(DPO)
    async with database.transaction() as session:
        await session.execute(text("delete from feedback.datasets"))
    await client.forget(THEM)
    assert store.names() == []


async def test_a_removal_that_failed_can_be_repeated(
    client: FeedbackClient, store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.compare(pair("k1", "theirs", "worse"))
    await client.build_dataset(DPO)
    with monkeypatch.context() as patch:
        patch.setattr("shared.artifacts.shutil.rmtree", _fails)
        with pytest.raises(Exception, match="could not be removed"):
            await client.forget(THEM)
    assert (await client.statistics("anselm")).pairs == 1
    assert (await client.forget(THEM)).datasets == ["anselm-dpo1"]
    assert store.names() == []


def _fails(*_: object, **__: object) -> None:
    raise PermissionError(13, "Permission denied")
