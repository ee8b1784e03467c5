"""Runs are asked for over HTTP; no worker takes them."""

from __future__ import annotations

import httpx
import pytest
from redis.asyncio import Redis

from services.trainer.app import create_app
from services.trainer.settings import TrainerSettings
from shared.clients.trainer import TrainerClient
from shared.contracts.jobs import JobState
from shared.contracts.trainer import Stage
from shared.database import Database
from shared.errors import Conflict, Invalid, NotFound
from tests.integration.trainer.conftest import DATASET, FakeIngest, request
from tests.integration.trainer.rows import add_adapter


@pytest.fixture(autouse=True)
def empty_queue(redis: Redis) -> Redis:
    return redis


async def test_the_same_key_is_the_same_run(client: TrainerClient) -> None:
    first = await client.start(request(Stage.SFT, dataset=DATASET, key="k"))
    assert (await client.start(request(Stage.SFT, dataset=DATASET, key="k"))).id == first.id
    assert (await client.start(request(Stage.SFT, dataset=DATASET))).id != first.id
    with pytest.raises(Conflict, match="another run"):
        await client.start(request(Stage.BASELINE, dataset=DATASET, key="k"))
    assert (await client.job(first.id)).state is JobState.QUEUED
    assert len(await client.runs("ada")) == 2


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"stage": Stage.SFT}, "takes dataset, not nothing"),
        ({"stage": Stage.MERGE, "dataset": DATASET}, "takes adapter, not dataset"),
        ({"stage": Stage.DPO, "adapter": "ada-v1"}, "adapter and preferences"),
        ({"stage": Stage.SFT, "dataset": DATASET, "recipe": {"ranks": 4}}, "ranks"),
        ({"stage": Stage.EVALUATE, "adapter": "ada-v1", "recipe": {"rank": 4}}, "has none"),
    ],
)
async def test_bad_requests_are_refused_in_one_line(client: TrainerClient, about: dict[str, object], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        await client.start(request(**about))  # type: ignore[arg-type]
    assert await client.runs() == []


async def test_what_does_not_exist_is_named(client: TrainerClient, database: Database) -> None:
    with pytest.raises(NotFound, match="ada-d9"):
        await client.start(request(Stage.SFT, dataset="ada-d9"))
    with pytest.raises(NotFound, match="ada-v9"):
        await client.start(request(Stage.MERGE, adapter="ada-v9"))
    await add_adapter(database, 1)
    with pytest.raises(NotFound, match="ada-dpo9"):
        await client.start(request(Stage.DPO, adapter="ada-v1", preferences="ada-dpo9"))
    with pytest.raises(Invalid, match="is for kto"):
        await client.start(request(Stage.DPO, adapter="ada-v1", preferences="ada-kto1"))
    with pytest.raises(NotFound, match="run-9"):
        await client.run("run-9")


async def test_training_needs_the_word_of_ingest(client: TrainerClient, ingest: FakeIngest) -> None:
    ingest.tainted = True
    with pytest.raises(Conflict, match="withdrawn"):
        await client.start(request(Stage.SFT, dataset=DATASET))
    ingest.tainted, ingest.state = False, JobState.RUNNING
    with pytest.raises(Conflict, match="is running"):
        await client.start(request(Stage.SFT, dataset=DATASET))


async def test_a_waiting_run_can_be_cancelled(client: TrainerClient) -> None:
    run = await client.start(request(Stage.SFT, dataset=DATASET))
    for _ in range(2):
        assert (await client.cancel(run.id)).state is JobState.CANCELLED
    assert (await client.job(run.id)).state is JobState.CANCELLED
    assert await client.metrics(run.id) == []


async def test_tainting_stops_what_waits(client: TrainerClient) -> None:
    run = await client.start(request(Stage.SFT, dataset=DATASET))
    await client.taint(DATASET)
    stopped = await client.run(run.id)
    assert stopped.state is JobState.CANCELLED
    assert stopped.error is not None


async def test_a_base_model_that_is_missing_is_named(trainer_settings: TrainerSettings) -> None:
    lacking = trainer_settings.model_copy(update={"base_model": "/models/nowhere"})
    app = create_app(lacking)
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), TrainerClient(lacking, transport=transport) as client:
        assert "/models/nowhere" in (await client.readiness())["missing"]["base_model"]
        with pytest.raises(NotFound, match="/models/nowhere"):
            await client.start(request(Stage.SFT, dataset=DATASET))


async def test_a_run_names_its_recipe(client: TrainerClient) -> None:
    run = await client.start(request(Stage.SFT, dataset=DATASET, recipe_name="smollm2-cpu", recipe={"rank": 4}))
    assert ((await client.run(run.id)).recipe_name, run.recipe) == ("smollm2-cpu", {"rank": 4})
    with pytest.raises(NotFound, match="followed no recipe yet"):
        await client.recipe(run.id)
    with pytest.raises(NotFound, match="no recipe 'smollm3'"):
        await client.start(request(Stage.SFT, dataset=DATASET, recipe_name="smollm3"))
    with pytest.raises(Invalid, match="is for dpo"):
        await client.start(request(Stage.SFT, dataset=DATASET, recipe_name="qwen3-8b-dpo"))
    assert len(await client.runs()) == 1


async def test_what_a_run_would_do_can_be_seen_before(client: TrainerClient, trainer_settings: TrainerSettings) -> None:
    (trainer_settings.anselm_home / "recipes").mkdir()
    (trainer_settings.anselm_home / "recipes" / "mine.yaml").write_text("extends: smollm2-cpu\nsettings: {seed: 7}")
    seen = await client.preview(request(Stage.SFT, dataset=DATASET, recipe_name="mine", recipe={"rank": 4}))
    sources = {setting.name: setting.source.rpartition("/")[2] for setting in seen.settings}
    assert (sources["rank"], sources["seed"], sources["alpha"]) == ("this run", "mine.yaml", "smollm2-cpu.yaml")
    assert seen.memory is not None
    assert seen.memory_free is not None
    assert seen.config is not None
    assert (seen.config["lora_r"], seen.config["seed"], seen.config["adapter"]) == (4, 7, "lora")
    assert "mine" in {recipe.name for recipe in await client.recipes()}

    gpu = await client.preview(request(Stage.SFT, dataset=DATASET, recipe_name="qwen3-8b-lora-fsdp"))
    assert gpu.config is not None
    assert gpu.config["fsdp_version"] == 2
    assert gpu.memory_free == 24 * 2**30
    assert await client.runs() == []
