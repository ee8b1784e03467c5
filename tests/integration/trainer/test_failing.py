"""What goes wrong in the middle of a training: with real axolotl where it is axolotl that must behave, and otherwise
with a stage that only says how it ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.trainer.checkpoints import complete
from services.trainer.cleaning import Cleaner
from services.trainer.executing import Executor
from services.trainer.failures import NO_ROOM
from services.trainer.repository import Runs
from services.trainer.run_folder import RunFolder
from services.trainer.settings import TrainerSettings
from shared import processes
from shared.clients.trainer import TrainerClient
from shared.contracts.jobs import JobState
from shared.contracts.trainer import Stage
from shared.database import Database
from shared.errors import Conflict
from tests.integration.trainer.conftest import DATASET, SFT, FakeIngest, request
from tests.integration.trainer.test_stages import assert_forgets, assert_resumed, carried_out

pytestmark = pytest.mark.timeout(1500)


async def test_a_loss_that_is_no_number_stops_the_run_at_once(
    client: TrainerClient, executor: Executor, trainer_settings: TrainerSettings
) -> None:
    recipe = SFT | {"learning_rate": 1e38, "max_steps": 50, "evaluations": 1}
    run = await carried_out(client, executor, request(Stage.SFT, dataset=DATASET, recipe=recipe))
    assert run.state is JobState.FAILED
    assert run.error is not None
    assert "training diverged. Lower learning_rate (now 1e+38)" in run.error
    folder = RunFolder(trainer_settings.runs_folder / run.id)
    assert len(folder.metrics()) < 10
    assert not folder.work.exists()
    assert_forgets(folder.path)
    assert any("Traceback: Invalid: " in line for line in await client.log(run.id))


async def test_early_stopping_is_told(client: TrainerClient, executor: Executor) -> None:
    recipe = SFT | {"learning_rate": 1e-30, "max_steps": 8, "evaluations": 8, "patience": 2}
    run = await carried_out(client, executor, request(Stage.SFT, dataset=DATASET, recipe=recipe))
    assert run.error is None
    assert run.metrics["steps"] < 8
    said = run.metrics["stopped_early"]
    assert said.startswith(f"Stopped early at step {run.metrics['steps']} of 8: no better since step ")
    job = await client.job(run.id)
    assert job.detail["note"] == said
    assert {"loss", "eval_loss", "learning_rate", "tokens_per_s"} <= job.detail.keys()


@pytest.fixture
def small_disk(trainer_settings: TrainerSettings, tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, which a test can fill."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if not mounted or mounted.returncode:
        pytest.skip("a disk can be made only by root")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


async def test_a_disk_that_fills_keeps_the_checkpoint_to_go_on_from(
    client: TrainerClient, executor: Executor, small_disk: Path, trainer_settings: TrainerSettings
) -> None:
    recipe = SFT | {"max_steps": 40, "evaluations": 40}
    run = await client.start(request(Stage.SFT, dataset=DATASET, recipe=recipe))
    folder = RunFolder(trainer_settings.runs_folder / run.id)
    folder.path.mkdir(parents=True)
    folder.work.symlink_to(small_disk)

    async def fill() -> None:
        async with asyncio.timeout(600):
            while not complete(folder.output):
                await asyncio.sleep(0.01)
        with (small_disk / "ballast").open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
            while ballast.write(bytes(64 * 1024)):
                pass

    await asyncio.gather(executor.execute(run.id), fill())
    failed = await client.run(run.id)
    assert failed.state is JobState.FAILED
    assert failed.error is not None
    assert failed.error.startswith("The disk is full")
    assert failed.error.endswith(f"anselm runs resume {run.id}")
    assert complete(folder.output)
    assert_forgets(folder.path, folder.output)

    resumed = await client.resume(run.id)
    assert (resumed.state, resumed.attempts, resumed.error) == (JobState.QUEUED, 0, None)
    await executor.execute(run.id)
    done = await client.run(run.id)
    assert done.error is None
    assert done.state is JobState.DONE
    assert_resumed(folder, step=1)
    with pytest.raises(Conflict, match="nothing to resume"):
        await client.resume(run.id)


def stage_that(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Put a few lines in the place of the stage; ``folder`` is its run's."""

    def start(executor: Executor, folder: RunFolder, claim: object) -> subprocess.Popen[bytes]:
        (folder.output / "checkpoint-3").mkdir(parents=True, exist_ok=True)
        (folder.output / "checkpoint-3" / "trainer_state.json").write_text('{"global_step": 3}')
        (folder.work / "train.jsonl").write_text("loaves")
        begin = "import sys; from pathlib import Path; folder = Path(sys.argv[1]);"
        return processes.start([sys.executable, "-c", begin + code, str(folder.path)])

    monkeypatch.setattr(Executor, "_start", start)


async def test_a_dataset_that_was_deleted_meanwhile_leaves_no_adapter(
    client: TrainerClient, executor: Executor, ingest: FakeIngest, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await client.start(request(Stage.SFT, dataset=DATASET))
    code = '(folder / \'result.json\').write_text(\'{"digest": "0", "merged": false}\')'
    stage_that(monkeypatch, code)
    begin = Executor._begin_attempt

    async def then_delete(executor: Executor, run_id: str, folder: RunFolder) -> bool:
        begun = await begin(executor, run_id, folder)
        ingest.known.clear()
        return begun

    monkeypatch.setattr(Executor, "_begin_attempt", then_delete)
    await executor.execute(run.id)
    failed = await client.run(run.id)
    assert (failed.state, failed.error) == (
        JobState.FAILED,
        f"Dataset {DATASET} was deleted while the run used it; nothing is kept.",
    )
    assert await client.adapters() == []
    assert not RunFolder(executor.settings.runs_folder / run.id).work.exists()


async def test_a_stage_that_had_no_room_for_a_word_is_not_tried_again(
    client: TrainerClient, executor: Executor, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await client.start(request(Stage.SFT, dataset=DATASET))
    stage_that(monkeypatch, f"sys.exit({NO_ROOM})")
    await executor.execute(run.id)
    failed = await client.run(run.id)
    assert failed.attempts == 1
    assert (failed.error or "").startswith("The disk is full")
    folder = RunFolder(executor.settings.runs_folder / run.id)
    assert complete(folder.output)
    assert_forgets(folder.path)
    await Cleaner(executor.settings, database).clean()
    assert complete(folder.output)
    later = executor.settings.model_copy(update={"checkpoints_kept": timedelta(0)})
    await Cleaner(later, database).clean()
    assert not folder.work.exists()


async def test_a_stage_that_is_killed_again_and_again_says_what_to_lower(
    client: TrainerClient, executor: Executor, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await client.start(request(Stage.SFT, dataset=DATASET, recipe={"sequence_length": 4096}))
    stage_that(monkeypatch, "import os; os.kill(os.getpid(), 9)")
    await executor.execute(run.id)
    failed = await client.run(run.id)
    assert failed.attempts == executor.settings.run_attempts
    assert "killed 5 times" in (failed.error or "")
    assert "sequence_length (now 4096)" in (failed.error or "")
    await client.resume(run.id)
    async with database.transaction() as session:
        assert (await Runs(session).get(run.id)).attempts == 0
