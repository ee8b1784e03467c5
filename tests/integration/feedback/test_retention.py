"""Feedback that is older than is kept goes, with the datasets that it is in; what is younger stays."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from services.feedback import opinions
from shared.artifacts import ArtifactStore
from shared.clients.feedback import FeedbackClient
from shared.contracts.feedback import PreferenceKind, PreferenceRequest, Verdict
from shared.database import Database
from tests.integration.feedback.conftest import pair, rating

KEPT = timedelta(days=30)
ALL = {"ratings": 1, "pairs": 1, "datasets": 1}


async def age(database: Database, by: str = "40 days") -> None:
    async with database.transaction() as session:
        for table in ("ratings", "pairs"):
            await session.execute(text(f"update feedback.{table} set at = at - interval '{by}'"))


async def test_what_is_old_goes_and_what_is_young_stays(
    client: FeedbackClient, database: Database, store: ArtifactStore
) -> None:
    await client.rate(rating("ahoi", Verdict.LIKE_ME))
    await client.compare(pair("k1", "aye", "no"))
    old = await client.build_dataset(PreferenceRequest(persona="anselm", kind=PreferenceKind.DPO))
    await age(database)
    await client.rate(rating("moin", Verdict.NOT_LIKE_ME, question="tea?"))
    await client.compare(pair("k2", "sure", "never"))

    assert await opinions.sweep(database, store, KEPT) == ALL
    left = await client.statistics("anselm")
    assert (left.like_me, left.not_like_me, left.pairs) == (0, 1, 1)
    assert store.names() == []
    assert await client.datasets("anselm") == []
    new = await client.build_dataset(PreferenceRequest(persona="anselm", kind=PreferenceKind.DPO))
    assert (new.rows, new.name != old.name) == (1, True)

    assert await opinions.sweep(database, store, KEPT) == dict.fromkeys(ALL, 0)
    assert store.names() == [new.name]


async def test_everything_stays_where_nothing_is_limited(
    client: FeedbackClient, database: Database, store: ArtifactStore
) -> None:
    await client.rate(rating("ahoi", Verdict.LIKE_ME))
    await age(database)
    assert await opinions.sweep(database, store, timedelta(0)) == {}
    assert (await client.statistics("anselm")).like_me == 1
