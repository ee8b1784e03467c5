"""The bench that every stage works at, and the frame around it:
``python -m services.trainer.stages.<stage> <run folder>``.

The process reads ``run.json``, writes ``result.json`` or ``error.json``, and exits with 0 or 1. A process that leaves
neither was killed, and can be started again.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ValidationError
from redis.exceptions import RedisError

from services.trainer.following import as_lines
from services.trainer.run_folder import Plan, RunFolder
from services.trainer.settings import TrainerSettings
from shared.artifacts import ArtifactStore
from shared.contracts.trainer import ResolvedRecipe
from shared.errors import AnselmError, StorageFull, disk_is_full
from shared.jobs import JobBoard, JobReporter
from shared.telemetry import configure_logging, logger

log = logger(__name__)

Stage = Callable[["Bench"], dict[str, Any]]

_LONGEST_ERROR = 400


class PatientReporter(JobReporter):
    """Progress is not worth a run: when Redis is away, it is not reported."""

    def _update(self, *, force: bool = False, **changes: Any) -> None:
        try:
            super()._update(force=force, **changes)
        except RedisError as error:
            log.warning("progress_not_reported", reason=type(error).__name__)


@dataclass
class Bench:
    """What a stage works with."""

    settings: TrainerSettings
    folder: RunFolder
    plan: Plan
    reporter: JobReporter

    @property
    def adapters(self) -> ArtifactStore:
        return ArtifactStore(self.settings.anselm_home / "adapters")

    @property
    def merged(self) -> ArtifactStore:
        return ArtifactStore(self.settings.anselm_home / "merged")

    def resolved(self, recipe: ResolvedRecipe) -> None:
        """Note and print the settings that this run really follows, and where each came from."""
        self.plan = replace(self.plan, recipe={setting.name: setting.value for setting in recipe.settings})
        self.folder.create(self.plan)
        self.folder.write_recipe(recipe)
        print("\n".join(as_lines(recipe)), flush=True)


def bench_at(folder: RunFolder) -> Bench:
    """The bench of the run that was planned in ``folder``."""
    settings, plan = TrainerSettings(), folder.plan()
    configure_logging("trainer-stage", settings.log_level, settings.secrets())
    return Bench(settings, folder, plan, PatientReporter(JobBoard.of(settings), plan.run, plan.stage))


def run_stage(stage: Stage) -> None:
    """Run a stage from the command line."""
    folder = RunFolder(Path(sys.argv[1]))
    bench = bench_at(folder)
    bench.reporter.stage("loading")
    try:
        folder.write_result(stage(bench))
    except Exception as error:
        traceback.print_exc()
        known = describe(error)
        folder.write_error(known.code, str(known))
        _leave(1)
    _leave(0)


def _leave(code: int) -> NoReturn:
    """End without taking the libraries down piece by piece, which takes them a second or two."""
    sys.stdout.flush()
    os._exit(code)


def describe(error: Exception) -> AnselmError:
    """One line for the owner. What a library says is passed on, except where it may quote what somebody wrote."""
    if isinstance(error, AnselmError):
        return error
    if disk_is_full(error):
        return StorageFull("The disk is full; nothing was kept but the last checkpoint.", hint="Free some space.")
    quotes = isinstance(error, (ValidationError, UnicodeError, KeyError))
    said = "" if quotes else ": " + " ".join(str(error).split())[:_LONGEST_ERROR]
    return AnselmError(f"{type(error).__name__}{said}")
