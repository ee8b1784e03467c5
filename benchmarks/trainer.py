"""What does a run cost beside axolotl itself? ``python -m benchmarks.trainer`` (about six minutes on two idle cores).

The same ``axolotl_config.yaml`` is carried out in two ways, in turn: by the run (the body of the worker's task: plan,
GPU lock, stage, live curve, checkpoints, adapter, registry, over a real PostgreSQL and a real Valkey) and by axolotl's
own command line. Both keep the configuration's plugin, so that both compute the same; whole processes are timed, from
nothing to the saved adapter. The least of the rounds counts, being the least disturbed. On a machine that does other
work, believe the ratio of CPU seconds, which is printed as well.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import yaml

from benchmarks.engines import database_settings, valkey_settings
from services.trainer import base_model
from services.trainer.claiming import Claims
from services.trainer.executing import Executor, stage_environment
from services.trainer.models import RunRow
from services.trainer.repository import Runs
from services.trainer.run_folder import RunFolder
from services.trainer.settings import TrainerSettings
from shared.artifacts import ArtifactStore
from shared.clients.ingest import IngestClient
from shared.contracts.base import ChatMessage
from shared.contracts.ingest import Dataset, Example
from shared.contracts.jobs import JobState
from shared.contracts.trainer import Stage
from shared.database import Database
from shared.jobs import JobBoard
from shared.settings import Settings

PERSONA, DATASET, SYSTEM = "ada", "ada-d1", "You are Ada, chatting on Telegram."
#: What the owner may lose to the house around axolotl.
LIMIT = 1.03


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock, and of all processors together."""

    wall: float
    cpu: float


def main() -> None:
    wanted = _arguments()
    with database_settings() as database, valkey_settings(database) as engines:
        settings = _trainer_settings(engines, wanted.base_model)
        _write_dataset(settings.anselm_home)
        base_model.prepare(settings)
        ours, bare = asyncio.run(_measure(settings, wanted.rounds, wanted.steps))
    print(json.dumps({"bench": "trainer", "figures": _figures(ours, bare, wanted.steps)}))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Overhead of a run beside axolotl.")
    parser.add_argument("--steps", type=int, default=40, help="optimizer steps of each training")
    parser.add_argument("--rounds", type=int, default=2, help="trainings of each kind")
    parser.add_argument("--base-model", default=base_model.PACKAGED, help="a folder, a hub id, or the packaged model")
    return parser.parse_args()


def _trainer_settings(engines: Settings, model: str) -> TrainerSettings:
    settings = TrainerSettings(_env_file=None, **engines.model_dump(), base_model=model, require_merged=False)
    # The stage, a process of its own, reads the same from its environment.
    for name in ("anselm_home", "redis_url", "base_model", "require_merged"):
        os.environ[name.upper()] = str(getattr(settings, name))
    os.environ["REDIS_PASSWORD"] = settings.redis_password.get_secret_value()
    return settings


async def _measure(settings: TrainerSettings, rounds: int, steps: int) -> tuple[list[Cost], list[Cost]]:
    database, ours, bare = Database(settings, pooled=False), [], []
    rows = settings.anselm_home / "rows"
    rows.mkdir()
    transport = httpx.MockTransport(_vouch)
    async with IngestClient(settings, transport=transport) as ingest:
        executor = Executor(settings, database, ingest, JobBoard.of(settings), Claims(settings))
        for number in range(rounds):
            folder = RunFolder(settings.runs_folder / f"run-{number}")
            await _ask_for(database, settings, folder.path.name, steps)
            with _timed(ours):
                await asyncio.gather(executor.execute(folder.path.name), _copy_rows(folder, rows))
            await _require_success(database, folder.path.name)
            configuration = _moved(folder, rows, settings.anselm_home / f"bare-{number}")
            with _timed(bare):
                await asyncio.to_thread(_axolotl, configuration, stage_environment(settings, folder))
    await database.close()
    return ours, bare


def _axolotl(configuration: Path, environment: dict[str, str]) -> None:
    path = f"{Path(sys.executable).parent}:{environment.get('PATH', '')}"
    command = ["axolotl", "train", str(configuration), "--launcher", "python"]
    subprocess.run(command, env=environment | {"PATH": path}, stdout=sys.stderr, check=True)


async def _ask_for(database: Database, settings: TrainerSettings, run: str, steps: int) -> None:
    """The row that the API would have written."""
    row = RunRow(id=run, stage=Stage.SFT, persona=PERSONA, state=JobState.QUEUED, dataset=DATASET)
    row.base_model, row.recipe, row.metrics, row.attempts = settings.base_model, {"max_steps": steps}, {}, 0
    async with database.transaction() as session:
        await Runs(session).add(row)


async def _require_success(database: Database, run: str) -> None:
    async with database.transaction() as session:
        row = await Runs(session).get(run)
    if row.state != JobState.DONE:
        raise SystemExit(f"{run} is {row.state}: {row.error}")


async def _copy_rows(folder: RunFolder, rows: Path) -> None:
    """Take what the stage trains on before the run clears it away; its configuration is written after it."""
    while not (folder.path / "axolotl_config.yaml").exists():  # noqa: ASYNC110
        await asyncio.sleep(0.2)
    for name in ("train.jsonl", "validation.jsonl"):
        shutil.copyfile(folder.work / name, rows / name)


def _moved(folder: RunFolder, rows: Path, output: Path) -> Path:
    """The run's configuration, with its files elsewhere and nothing else changed."""
    text = (folder.path / "axolotl_config.yaml").read_text()
    config = yaml.safe_load(text.replace(str(folder.output), str(output)).replace(str(folder.work), str(rows)))
    output.mkdir()
    file = output / "axolotl_config.yaml"
    file.write_text(yaml.safe_dump(config, sort_keys=False))
    return file


@contextmanager
def _timed(costs: list[Cost]) -> Iterator[None]:
    began, worked = time.monotonic(), _cpu_seconds()
    yield
    costs.append(Cost(time.monotonic() - began, _cpu_seconds() - worked))


def _cpu_seconds() -> float:
    """Of this process and of all that it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _vouch(request: httpx.Request) -> httpx.Response:
    """Ingest's word that the dataset may be used."""
    about: dict[str, Any] = {"persona": PERSONA, "version": 1, "system_prompt": SYSTEM, "path": None}
    dataset = Dataset(
        name=DATASET, state=JobState.DONE, tainted=False, created_at=datetime.now(UTC), digest="0" * 64, **about
    )
    return httpx.Response(200, content=dataset.model_dump_json())


def _write_dataset(home: Path) -> None:
    """Three hundred exchanges of two messages, as long as chat messages are."""
    examples = [_example(number) for number in range(300)]
    splits = {"train": examples[:240], "val": examples[240:270], "test": examples[270:]}
    with ArtifactStore(home / "datasets").write(DATASET, {"persona": PERSONA, "system_prompt": SYSTEM}) as folder:
        content = {name: [example.model_dump(mode="json") for example in part] for name, part in splits.items()}
        (folder / "sft_data.json").write_text(json.dumps(content))


def _example(number: int) -> Example:
    asked = f"Are you coming to number {number} tonight, or shall I bring the bread to you tomorrow morning?"
    said = f"ahoi.. tonight, at {number % 12 + 1}. bring {number % 7 + 2} loaves, and tell Tom that it is his turn"
    turns = (("system", SYSTEM), ("user", asked), ("assistant", said))
    messages = [ChatMessage.model_validate({"role": role, "content": content}) for role, content in turns]
    return Example(id=str(number), thread=str(number), messages=messages, message_ids=[f"1:{number}"])


def _figures(ours: list[Cost], bare: list[Cost], steps: int) -> dict[str, float]:
    wall, cpu = (
        {"run": min(getattr(c, kind) for c in ours), "axolotl": min(getattr(c, kind) for c in bare)}
        for kind in ("wall", "cpu")
    )
    return {
        "overhead_ratio": round(wall["run"] / wall["axolotl"], 3),
        "overhead_ratio_cpu": round(cpu["run"] / cpu["axolotl"], 3),
        "overhead_limit": LIMIT,
        "run_s": round(wall["run"], 1),
        "axolotl_s": round(wall["axolotl"], 1),
        "run_cpu_s": round(cpu["run"], 1),
        "axolotl_cpu_s": round(cpu["axolotl"], 1),
        "steps": steps,
        "load": round(os.getloadavg()[0], 1),
    }


if __name__ == "__main__":
    main()
