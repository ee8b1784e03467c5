"""Freeing space, on a real database and real folders: what is needed stays, and lineage never breaks."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.trainer.cleaning import Cleaner
from services.trainer.models import RunRow
from services.trainer.repository import Runs, try_lock, unlock
from services.trainer.settings import TrainerSettings
from shared.artifacts import ArtifactStore
from shared.clients.trainer import TrainerClient
from shared.contracts.trainer import AdapterState, Cleaned, PublishRequest, Stage
from shared.database import Database
from shared.errors import Conflict
from tests.integration.trainer.conftest import DATASET, PERSONA, request, worker_environment
from tests.integration.trainer.rows import add_adapter

KINDS = ("adapters", "merged")


@pytest.fixture
def cleaner(trainer_settings: TrainerSettings, database: Database) -> Cleaner:
    return Cleaner(trainer_settings, database)


def write(settings: TrainerSettings, name: str, kinds: tuple[str, ...] = KINDS) -> None:
    for kind in kinds:
        with ArtifactStore(settings.anselm_home / kind).write(name, {}) as folder:
            (folder / "a.safetensors").write_bytes(b"x" * 1000)
            (folder / "b.json").write_bytes(b"{}")


def on_disk(settings: TrainerSettings) -> tuple[list[str], list[str]]:
    adapters, merged = (ArtifactStore(settings.anselm_home / kind).names() for kind in KINDS)
    return adapters, merged


async def add(cleaner: Cleaner, version: int, *, days: int = 60, **changes: object) -> str:
    made = datetime.now(UTC) - timedelta(days=days)
    name = await add_adapter(cleaner.database, version, **({"created_at": made} | changes))
    write(cleaner.settings, name, KINDS if changes.get("merged", True) else ("adapters",))
    return name


async def add_run(database: Database, id_: str, state: str, **about: object) -> RunRow:
    row = RunRow(id=id_, stage="sft", persona=PERSONA, state=state, dataset=DATASET, base_model="base", **about)
    row.recipe, row.metrics, row.attempts = {"rank": 8}, {"eval_loss": 2.0}, 1
    async with database.transaction() as session:
        await Runs(session).add(row)
    return row


def lines(cleaned: Cleaned) -> list[str]:
    return [f"{one.kind} {one.name}" for one in cleaned.removed]


async def test_what_nothing_needs_goes_and_its_lineage_stays(client: TrainerClient, cleaner: Cleaner) -> None:
    names = [await add(cleaner, version) for version in range(1, 4)]
    failed = await add(cleaner, 4, passed=False)
    child = await add(cleaner, 5, stage="dpo", parent=failed, preferences="ada-dpo1", passed=False)
    await add_run(cleaner.database, "run-4", "done", output=failed)
    for name in names:
        await client.promote(name)
    would = await client.clean(keep=0, dry_run=True)
    assert on_disk(cleaner.settings) == ([*names, failed, child],) * 2, "a dry run removes nothing"

    cleaned = await client.clean(keep=0)
    assert cleaned == would.model_copy(update={"dry_run": False})
    gone = [names[0], failed, child]
    assert lines(cleaned) == [f"{kind} {name}" for kind in ("merged", "adapter") for name in gone]
    assert on_disk(cleaner.settings) == (names[1:], names[1:])
    assert cleaned.bytes == sum(one.bytes for one in cleaned.removed) > 6 * 1000
    assert {one.name: one.why for one in cleaned.kept} == {names[1]: "speaks again after a roll-back", names[2]: "live"}
    assert (await client.clean(keep=0)).removed == []

    lineage = await client.lineage(child)
    assert lineage.adapter.state is AdapterState.REMOVED
    assert (lineage.adapter.merged_path, lineage.adapter.preferences) == (None, "ada-dpo1")
    assert [one.name for one in lineage.ancestors] == [failed]
    made = await client.lineage(failed)
    assert made.continued_by == [child]
    assert made.run is not None
    assert made.run.recipe == {"rank": 8}
    assert [one.adapter for one in (await client.lineage(names[0])).promotions] == [names[0]]


async def test_a_roll_back_finds_what_it_brings_back(client: TrainerClient, cleaner: Cleaner) -> None:
    names = [await add(cleaner, version) for version in range(1, 4)]
    for name in names:
        await client.promote(name)
    await client.clean(keep=0)
    assert (await client.roll_back(PERSONA)).previous == names[1]
    [route] = await client.routes()
    assert Path(route.adapter_path).is_dir()
    assert (await client.roll_back(PERSONA)).previous is None, "the one before it was removed"
    assert await client.routes() == []


async def test_the_settings_say_what_goes_by_itself(cleaner: Cleaner) -> None:
    policy = {"keep_adapters": 1, "keep_adapters_for": timedelta(days=30), "keep_merged_for": timedelta(days=7)}
    cleaner = Cleaner(cleaner.settings.model_copy(update=policy), cleaner.database)
    for version, days in enumerate((50, 40, 20, 1), start=1):
        await add(cleaner, version, days=days, passed=None)
    assert lines(await cleaner.clean()) == [
        "merged ada-v1",
        "merged ada-v2",
        "merged ada-v3",
        "adapter ada-v1",
        "adapter ada-v2",
    ]
    for_good = {"keep_adapters": 0, "keep_adapters_for": timedelta(0), "keep_merged_for": timedelta(0)}
    assert (await Cleaner(cleaner.settings.model_copy(update=for_good), cleaner.database).clean()).removed == []


async def test_what_a_run_works_with_stays(client: TrainerClient, cleaner: Cleaner) -> None:
    used = await add(cleaner, 1, passed=False)
    await add_run(cleaner.database, "run-1", "running", adapter=used, output="ada-v2")
    write(cleaner.settings, "ada-v2", ("adapters",))
    work = cleaner.settings.runs_folder / "run-1" / "work"
    work.mkdir(parents=True)
    cleaned = await client.clean(keep=0)
    assert cleaned.removed == []
    assert [one.why for one in cleaned.kept] == ["a run works with it"]
    assert work.is_dir()


async def test_what_ended_runs_left_behind_goes(client: TrainerClient, cleaner: Cleaner) -> None:
    await add_run(cleaner.database, "run-1", "failed", output="ada-v1")
    await add_run(cleaner.database, "run-2", "cancelled")
    write(cleaner.settings, "ada-v1", ("adapters",))
    for run in ("run-1", "run-2"):
        folder = cleaner.settings.runs_folder / run
        (folder / "work" / "output").mkdir(parents=True)
        (folder / "work" / "output" / "checkpoint").write_bytes(b"x" * 10)
        (folder / "log.txt").touch()
    async with cleaner.database.engine.connect() as connection:
        assert await try_lock(connection, "run-2")  # its worker clears up itself
        assert lines(await client.clean()) == ["adapter ada-v1", "checkpoints run-1"]
        await unlock(connection, "run-2")
    assert lines(await client.clean()) == ["checkpoints run-2"]
    assert (cleaner.settings.runs_folder / "run-1" / "log.txt").is_file()


async def test_what_was_removed_says_so_to_whoever_asks_for_it(client: TrainerClient, cleaner: Cleaner) -> None:
    name = await add(cleaner, 1, passed=False)
    await client.clean(keep=0)
    with pytest.raises(Conflict, match=r"removed on .* to free space") as caught:
        await client.promote(name)
    assert f"anselm adapters show {name}" in str(caught.value)
    for stage, about in ((Stage.MERGE, {}), (Stage.EVALUATE, {}), (Stage.DPO, {"preferences": "ada-dpo1"})):
        with pytest.raises(Conflict, match="to free space"):
            await client.start(request(stage, adapter=name, **about))
    with pytest.raises(Conflict, match="to free space"):
        [piece async for piece in client.publish(name, PublishRequest())]
    assert [one.state for one in await client.taint(DATASET)] == [AdapterState.TAINTED], "forgetting reaches it still"


#: Cleans in a process of its own that is killed when it has removed one file.
KILLED = """
import asyncio, os, signal
from pathlib import Path
from services.trainer.cleaning import Cleaner
from services.trainer.settings import TrainerSettings
from shared.database import Database

def unlink(self, *arguments, **options):
    os.unlink(self)
    os.kill(os.getpid(), signal.SIGKILL)

Path.unlink = unlink
settings = TrainerSettings(_env_file=None)
asyncio.run(Cleaner(settings, Database(settings, pooled=False)).clean(keep=0))
"""


async def test_a_kill_in_the_middle_leaves_nothing_that_could_be_served(
    client: TrainerClient, cleaner: Cleaner
) -> None:
    live, broken = await add(cleaner, 1), await add(cleaner, 2, passed=False)
    await client.promote(live)
    killed = subprocess.run([sys.executable, "-c", KILLED], env=worker_environment(cleaner.settings), check=False)
    assert killed.returncode == -9
    folder = cleaner.settings.anselm_home / "merged" / broken
    assert len(list(folder.iterdir())) == 2, "one of its files is gone"
    assert (await client.adapter(broken)).state is AdapterState.REMOVED, "rows are written first"
    with pytest.raises(Conflict, match="to free space"):
        await client.promote(broken)
    assert [route.adapter for route in await client.routes()] == [live]

    again = await client.clean()
    assert lines(again) == [f"merged {broken}", f"adapter {broken}"]
    assert {one.why for one in again.removed} == {"left by a removal that was cut short"}
    assert on_disk(cleaner.settings) == ([live], [live])
