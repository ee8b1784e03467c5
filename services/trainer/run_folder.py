"""The folder of one run: what it was asked (``run.json``), the settings that it follows (``recipe.json``), what it does
(``log.txt``, ``metrics.jsonl``), what came out (``result.json``). Below ``work/`` lie conversations and checkpoints,
which are removed when the run has ended."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from services.trainer.checkpoints import drop_half_written, keep_only
from shared.contracts.trainer import MetricPoint, ResolvedRecipe, Stage

#: No more than this is read of the end of a log, in bytes.
_TAIL = 1024 * 1024


@dataclass(frozen=True)
class Plan:
    """All that a stage needs to know, resolved: it asks nobody else."""

    run: str
    stage: Stage
    persona: str
    dataset: str
    base_model: str  # a folder or a hub id
    recipe: dict[str, Any]
    recipe_name: str | None = None  # none: by machine and base model
    adapter: str | None = None  # the adapter that it works on
    preferences: str | None = None
    output: str | None = None  # the adapter that it makes
    lineage: dict[str, Any] | None = None  # for the manifest of what it makes


class RunFolder:
    """Reads and writes the files of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.log = path / "log.txt"
        self.work = path / "work"
        self.output = self.work / "output"

    def create(self, plan: Plan) -> None:
        self.work.mkdir(parents=True, exist_ok=True)
        _replace(self.path / "run.json", TypeAdapter(Plan).dump_json(plan, indent=2))

    def plan(self) -> Plan:
        return TypeAdapter(Plan).validate_json((self.path / "run.json").read_bytes())

    def write_recipe(self, recipe: ResolvedRecipe) -> None:
        _replace(self.path / "recipe.json", recipe.model_dump_json(indent=2).encode())

    def recipe(self) -> ResolvedRecipe | None:
        """The settings that the run follows, with axolotl's configuration; none before its stage has begun."""
        content = _read(self.path / "recipe.json")
        if content is None:
            return None
        config = self.path / "axolotl_config.yaml"
        read = yaml.safe_load(config.read_text()) if config.exists() else None
        return ResolvedRecipe.model_validate(content | {"config": read})

    def begin_attempt(self) -> None:
        """Forget what an earlier attempt said at its end, and what it was in the middle of; its checkpoints stay."""
        for name in ("result.json", "error.json"):
            (self.path / name).unlink(missing_ok=True)
        drop_half_written(self.output)

    def write_result(self, metrics: dict[str, Any]) -> None:
        _replace(self.path / "result.json", json.dumps(metrics, indent=2).encode())

    def result(self) -> dict[str, Any] | None:
        return _read(self.path / "result.json")

    def write_error(self, code: str, message: str) -> None:
        _replace(self.path / "error.json", json.dumps({"code": code, "message": message}).encode())

    def error(self) -> dict[str, Any] | None:
        return _read(self.path / "error.json")

    def add_metrics(self, step: int, values: dict[str, float]) -> None:
        with (self.path / "metrics.jsonl").open("a") as file:
            file.write(MetricPoint(step=step, values=values).model_dump_json() + "\n")

    def metrics(self) -> list[MetricPoint]:
        """The live curve. After a resumed run a step may be there twice; the later one counts."""
        file = self.path / "metrics.jsonl"
        lines = file.read_text().splitlines() if file.exists() else []
        points: dict[int, dict[str, float]] = {}
        for line in lines:
            # The last line may be half-written: the run was killed, or writes it now.
            if line.endswith("}"):
                point = MetricPoint.model_validate_json(line)
                points[point.step] = points.get(point.step, {}) | point.values
        return [MetricPoint(step=step, values=values) for step, values in sorted(points.items())]

    def clear_work(self) -> None:
        """Remove everything that holds what somebody wrote, and the checkpoints."""
        shutil.rmtree(self.work, ignore_errors=True)

    def keep_checkpoints(self) -> None:
        """Remove everything that holds what somebody wrote; what the run can go on from stays."""
        keep_only(self.work, self.output)

    def last_words(self, count: int) -> list[str]:
        """The last lines of the log. Of a bar that draws over itself, how it looked in the end."""
        if not self.log.exists():
            return []
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - _TAIL))
            lines = file.read().decode(errors="replace").split("\n")
        shown = [line.rstrip("\r").rpartition("\r")[2].rstrip() for line in lines]
        return [line for line in shown if line][-count:]

    def clear_words(self) -> None:
        """The same, and whatever the stage's libraries wrote about it. Figures stay."""
        self.clear_work()
        self.log.unlink(missing_ok=True)


def _replace(file: Path, content: bytes) -> None:
    scratch = file.with_suffix(".new")
    scratch.write_bytes(content)
    scratch.replace(file)


def _read(file: Path) -> dict[str, Any] | None:
    if not file.exists():
        return None
    content: dict[str, Any] = json.loads(file.read_bytes())
    return content
