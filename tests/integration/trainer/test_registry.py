"""Promotion, rolling back and withdrawal over HTTP, on a real database and a real Redis."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from services.trainer.settings import TrainerSettings
from shared.artifacts import ArtifactStore
from shared.clients.trainer import TrainerClient
from shared.contracts.trainer import REGISTRY_CHANNEL, AdapterState
from shared.database import Database
from shared.errors import Conflict, GateRefused, NotFound
from tests.integration.trainer.conftest import DATASET, PERSONA
from tests.integration.trainer.rows import add_adapter, add_evaluation


async def live(client: TrainerClient) -> list[str]:
    return [route.adapter for route in await client.routes()]


async def test_promotion_and_the_way_back(client: TrainerClient, database: Database) -> None:
    first, second = await add_adapter(database, 1), await add_adapter(database, 2)
    assert await live(client) == []
    assert (await client.promote(first)).previous is None
    assert (await client.promote(second)).previous == first
    assert await live(client) == [second]
    assert [a.state for a in await client.adapters(PERSONA)] == [AdapterState.RETIRED, AdapterState.LIVE]

    taken_back = await client.roll_back(PERSONA)
    assert (taken_back.adapter, taken_back.previous, taken_back.rolled_back) == (second, first, True)
    assert await live(client) == [first]
    assert (await client.roll_back(PERSONA)).previous is None
    assert await live(client) == []
    with pytest.raises(Conflict, match="nothing to roll back"):
        await client.roll_back(PERSONA)
    assert [p.adapter for p in await client.promotions(PERSONA)] == [second, first]


async def test_promoting_what_is_live_changes_nothing(client: TrainerClient, database: Database) -> None:
    name = await add_adapter(database, 1)
    first = await client.promote(name)
    assert await client.promote(name) == first
    assert len(await client.promotions()) == 1


async def test_a_route_says_where_the_weights_lie(
    client: TrainerClient, database: Database, trainer_settings: TrainerSettings
) -> None:
    name = await add_adapter(database, 1, base_model=trainer_settings.base_model)
    await client.promote(name)
    [route] = await client.routes()
    assert route.adapter_path == str(trainer_settings.anselm_home / "adapters" / name)
    assert route.merged_path == str(trainer_settings.anselm_home / "merged" / name)
    assert route.base_model == trainer_settings.base_model


async def test_the_gate_is_not_passed_by(client: TrainerClient, database: Database) -> None:
    await add_adapter(database, 1, passed=None)
    await add_adapter(database, 2, passed=False)
    await add_adapter(database, 3, merged=False)
    await add_adapter(database, 4, tainted=True)
    with pytest.raises(GateRefused, match="not evaluated"):
        await client.promote("ada-v1")
    with pytest.raises(GateRefused, match="it parrots"):
        await client.promote("ada-v2")
    with pytest.raises(Conflict, match="not merged"):
        await client.promote("ada-v3")
    with pytest.raises(Conflict, match="withdrawn"):
        await client.promote("ada-v4")
    with pytest.raises(NotFound, match="ada-v5"):
        await client.promote("ada-v5")
    assert await live(client) == []


async def test_the_newest_evaluation_counts(client: TrainerClient, database: Database) -> None:
    name = await add_adapter(database, 1, passed=False)
    await add_evaluation(database, name, passed=True)
    await client.promote(name)
    assert (await client.evaluation(name)).gate.passed


async def test_tainting_withdraws_what_speaks_and_forgets_what_it_quoted(
    client: TrainerClient, database: Database
) -> None:
    clean = await add_adapter(database, 1, dataset="ada-d0")
    tainted = await add_adapter(database, 2)
    await client.promote(clean)
    await client.promote(tainted)
    for _ in range(2):
        assert [a.state for a in await client.taint(DATASET)] == [AdapterState.TAINTED]
    assert await live(client) == [clean]
    assert (await client.evaluation(tainted)).samples == []
    assert await client.taint("ada-d9") == []


async def test_tainting_reaches_what_learned_through_others(
    client: TrainerClient, database: Database, trainer_settings: TrainerSettings
) -> None:
    """Preferences are data too; and what continues a tainted adapter learned what that one did."""
    sft = await add_adapter(database, 1)
    dpo = await add_adapter(database, 2, stage="dpo", parent=sft, preferences="ada-dpo1")
    more = await add_adapter(database, 3, stage="dpo", parent=dpo, preferences="ada-dpo2", dataset="ada-d2")
    weights = [ArtifactStore(trainer_settings.anselm_home / kind) for kind in ("adapters", "merged")]
    for store in weights:
        for name in (sft, dpo):
            with store.write(name, {}) as folder:
                (folder / "weights").touch()
    assert [a.name for a in await client.taint("ada-dpo1")] == [dpo, more]
    assert (await client.adapter(sft)).state is AdapterState.CANDIDATE
    assert [store.names() for store in weights] == [[sft], [sft]]


async def test_what_speaks_may_stay_until_another_one_does(client: TrainerClient, database: Database) -> None:
    old = await add_adapter(database, 1)
    new = await add_adapter(database, 2, dataset="ada-d2")
    await client.promote(old)
    assert [a.name for a in await client.taint(DATASET, dry_run=True)] == [old]
    assert await client.taint(DATASET, keep_live=True) == []
    assert await live(client) == [old]
    assert (await client.evaluation(old)).samples == [], "what it quoted is gone at once"
    assert [(one.name, one.count) for one in await client.held()] == [(DATASET, 1), ("ada-d2", 1)]
    await client.promote(new)
    assert await live(client) == [new]
    assert (await client.adapter(old)).state is AdapterState.TAINTED
    assert [one.name for one in await client.held()] == ["ada-d2"]
    await client.roll_back(PERSONA)
    assert await live(client) == []


async def test_every_change_is_announced(
    client: TrainerClient, database: Database, redis: Redis, trainer_settings: TrainerSettings
) -> None:
    name = await add_adapter(database, 1)
    async with redis.pubsub() as heard:
        await heard.subscribe(REGISTRY_CHANNEL)
        await client.promote(name)
        await client.roll_back(PERSONA)
        await client.taint(DATASET)
        said = [await heard.get_message(timeout=5) for _ in range(4)]
    assert [m["data"] for m in said if m and m["type"] == "message"] == [PERSONA.encode()] * 3
