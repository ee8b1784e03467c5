"""The stages for real, on a tiny model: axolotl, TRL and PEFT in processes of their own, run by the executor.

One test walks the whole way, since each stage works on what the one before it made.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path

import psutil
import pytest
import yaml

from services.trainer import executing
from services.trainer.executing import Executor
from services.trainer.repository import try_lock
from services.trainer.run_folder import RunFolder
from services.trainer.settings import TrainerSettings
from shared.artifacts import ArtifactStore
from shared.clients.trainer import TrainerClient
from shared.contracts.jobs import JobState
from shared.contracts.trainer import Run, RunRequest, Stage
from shared.database import Database
from tests.integration.trainer.conftest import DATASET, SFT, FakeIngest, request

#: Importing the libraries alone takes ten seconds a process, and more on a busy machine.
pytestmark = pytest.mark.timeout(1500)


async def carried_out(client: TrainerClient, executor: Executor, wanted: RunRequest) -> Run:
    run = await client.start(wanted)
    await executor.execute(run.id)
    return await client.run(run.id)


async def succeeded(client: TrainerClient, executor: Executor, wanted: RunRequest) -> Run:
    run = await carried_out(client, executor, wanted)
    assert run.error is None
    assert run.state is JobState.DONE
    assert (await client.job(run.id)).state is JobState.DONE
    return run


def stage_process(folder: RunFolder) -> psutil.Process | None:
    """The process that works on a run."""
    for process in psutil.process_iter(["cmdline"]):
        if str(folder.path) in (process.info["cmdline"] or []):
            return process
    return None


async def kill_after_first_checkpoint(folder: RunFolder) -> int:
    """Kill the stage in the middle; the step that it can go on from."""
    async with asyncio.timeout(600):
        while not (found := sorted(folder.work.glob("output/checkpoint-*/trainer_state.json"))):
            await asyncio.sleep(0.02)
    process = stage_process(folder)
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    return int(json.loads(found[0].read_text())["global_step"])


async def test_the_whole_way(client: TrainerClient, executor: Executor, trainer_settings: TrainerSettings) -> None:
    home = trainer_settings.anselm_home
    sft = await client.start(request(Stage.SFT, dataset=DATASET, recipe=SFT | {"max_steps": 8, "evaluations": 8}))
    folder = RunFolder(trainer_settings.runs_folder / sft.id)
    _, killed_at = await asyncio.gather(executor.execute(sft.id), kill_after_first_checkpoint(folder))

    sft = await client.run(sft.id)
    assert sft.error is None
    assert sft.state is JobState.DONE
    assert sft.attempts == 2
    assert sft.metrics["eval_loss"] < sft.metrics["eval_loss_before"]
    points = await client.metrics(sft.id)
    assert [p.step for p in points if "loss" in p.values] == list(range(1, 9))
    assert_resumed(folder, killed_at)
    assert not folder.work.exists()
    assert yaml.safe_load((folder.path / "axolotl_config.yaml").read_text())["learning_rate"] == SFT["learning_rate"]
    assert_forgets(folder.path, home / "library-caches")

    first = await client.adapter("ada-v1")
    assert (first.dataset, first.stage, first.parent, sft.adapter) == (DATASET, Stage.SFT, None, first.name)
    assert ArtifactStore(home / "adapters").verify(first.name)["digest"] == first.digest

    baseline = await succeeded(client, executor, request(Stage.BASELINE, dataset=DATASET))
    merged = ArtifactStore(home / "merged")
    digest = merged.verify(first.name)["digest"]
    merged.remove(first.name)
    await succeeded(client, executor, request(Stage.MERGE, adapter=first.name))
    assert merged.verify(first.name)["digest"] == digest
    evaluated = await succeeded(client, executor, request(Stage.EVALUATE, adapter=first.name))
    evaluation = await client.evaluation(first.name)
    assert evaluation.base["nll"] == pytest.approx(baseline.metrics["base"]["nll"])
    assert evaluation.persona["nll"] < evaluation.base["nll"]
    assert evaluation.persona["identical"] < 1
    assert evaluated.metrics["passed"] is evaluation.gate.passed
    assert evaluation.leaks is not None
    assert (evaluation.leaks.canaries, evaluation.leaks.repeats) == (2, 1)
    for found in (evaluation.leaks.persona, evaluation.leaks.base):
        assert found.exposure_max is not None
        assert found.exposure_mean is not None
        assert 0 <= found.exposure_mean <= found.exposure_max <= 30
        assert (found.extracted, found.replies) == (0, len(evaluation.samples))
    assert {s.owner for s in evaluation.samples} <= {f"righto captain {n}/10" for n in range(30)} | {
        f"ahoi.. {n} loaves today" for n in range(30)
    }
    assert_merged_like_adapter(Path(first.path), Path((await client.adapter(first.name)).merged_path or ""), home)

    few = {"max_steps": 2, "micro_batch": 2, "accumulation": 1, "learning_rate": 1e-3}
    for version, stage in ((2, Stage.DPO), (3, Stage.KTO)):
        preferences = f"ada-{stage}1"
        run = await succeeded(client, executor, request(stage, adapter=first.name, preferences=preferences, recipe=few))
        made = await client.adapter(f"ada-v{version}")
        assert (run.adapter, made.parent, made.dataset) == (made.name, first.name, DATASET)
        assert made.digest != first.digest
        manifest = ArtifactStore(home / "adapters").verify(made.name)
        assert manifest["preferences"] == preferences


def assert_forgets(*folders: Path) -> None:
    """No copy of what somebody wrote is left, also not in the form that a library keeps."""
    files = [p for folder in folders for p in folder.rglob("*") if p.is_file()]
    assert [p for p in files if b"loaves" in p.read_bytes()] == []


def assert_resumed(folder: RunFolder, step: int) -> None:
    """The second attempt began where the checkpoint was, not at the beginning."""
    lines = (folder.path / "metrics.jsonl").read_text().splitlines()
    steps = [point["step"] for point in map(json.loads, lines) if "loss" in point["values"]]
    assert steps.count(1) == 1
    assert step >= 1


def assert_merged_like_adapter(adapter: Path, merged: Path, home: Path) -> None:
    """The merged checkpoint says what base and adapter say together, and not what the base says."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    base_name = json.loads((adapter / "manifest.json").read_text())["base_model"]
    base = AutoModelForCausalLM.from_pretrained(base_name, dtype=torch.float32)
    ids = AutoTokenizer.from_pretrained(merged)("How is the bread?", return_tensors="pt").input_ids
    with torch.inference_mode():
        plain = base(ids).logits
        together = PeftModel.from_pretrained(base, adapter)(ids).logits
        checkpoint = AutoModelForCausalLM.from_pretrained(merged, dtype=torch.float32)(ids).logits
    assert torch.allclose(together, checkpoint, atol=0.1)
    assert (together - plain).abs().max() > 5 * (together - checkpoint).abs().max()


async def test_a_cancelled_stage_ends(client: TrainerClient, executor: Executor) -> None:
    run = await client.start(request(Stage.SFT, dataset=DATASET, recipe=SFT))
    folder = RunFolder(executor.settings.runs_folder / run.id)

    async def cancel() -> None:
        async with asyncio.timeout(60):
            while stage_process(folder) is None:
                await asyncio.sleep(0.02)
        await client.cancel(run.id)

    await asyncio.gather(executor.execute(run.id), cancel())
    assert (await client.run(run.id)).state is JobState.CANCELLED
    assert (await client.job(run.id)).state is JobState.CANCELLED
    assert stage_process(folder) is None
    assert await client.adapters() == []


async def test_what_goes_wrong_is_one_line(
    client: TrainerClient, executor: Executor, ingest: FakeIngest, trainer_settings: TrainerSettings
) -> None:
    """Damage that only the stage can see, and a withdrawal while the run waited."""
    waiting = await client.start(request(Stage.SFT, dataset=DATASET))
    ingest.tainted = True
    await executor.execute(waiting.id)
    run = await client.run(waiting.id)
    assert (run.state, run.attempts) == (JobState.FAILED, 0)
    assert "was withdrawn" in (run.error or "")
    ingest.tainted = False

    (trainer_settings.anselm_home / "datasets" / DATASET / "sft_data.json").write_text("{}")
    damaged = await carried_out(client, executor, request(Stage.SFT, dataset=DATASET))
    assert damaged.state is JobState.FAILED
    assert damaged.error is not None
    assert "changed or damaged: sft_data.json" in damaged.error
    assert "\n" not in damaged.error
    assert (await client.job(damaged.id)).error == damaged.error
    assert "Traceback: Invalid: " in "\n".join(await client.log(damaged.id))


async def test_a_run_that_ended_is_not_carried_out_again(client: TrainerClient, executor: Executor) -> None:
    run = await client.start(request(Stage.SFT, dataset=DATASET))
    await client.cancel(run.id)
    await executor.execute(run.id)
    assert (await client.run(run.id)).attempts == 0


async def test_nobody_carries_out_what_somebody_else_does(
    client: TrainerClient, executor: Executor, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executing, "LOCK_PATIENCE", 0.2)
    run = await client.start(request(Stage.SFT, dataset=DATASET))
    async with database.engine.connect() as somebody:
        assert await try_lock(somebody, run.id)
        await executor.execute(run.id)
    assert (await client.run(run.id)).attempts == 0
