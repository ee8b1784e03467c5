"""The bench that every stage works at, and the frame around it:
``python -m services.trainer.stages.<stage> <run folder>``.

The process reads ``run.json``, writes ``result.json`` or ``error.json``, and exits with 0 or 1. A process that leaves
neither was killed, and can be started again.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from services.trainer.failures import NO_ROOM, describe
from services.trainer.following import as_lines
from services.trainer.reporting import PatientReporter
from services.trainer.run_folder import Plan, RunFolder
from services.trainer.settings import TrainerSettings
from shared.artifacts import ArtifactStore
from shared.contracts.trainer import ResolvedRecipe
from shared.errors import AnselmError
from shared.jobs import JobBoard, JobReporter
from shared.telemetry import configure_logging, leave_words_out, without_words

Stage = Callable[["Bench"], dict[str, Any]]


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
    leave_words_out()
    folder = RunFolder(Path(sys.argv[1]))
    bench = bench_at(folder)
    bench.reporter.stage("loading")
    try:
        folder.write_result(stage(bench))
    except Exception as error:
        print(without_words(error), file=sys.stderr, flush=True)
        known = describe(error, bench.plan.recipe)
        _leave(_say(folder, known))
    _leave(0)


def _say(folder: RunFolder, error: AnselmError) -> int:
    """Leave word of how it ended; the exit status, which tells it where the disk has no room for a word."""
    try:
        folder.write_error(error.code, str(error))
    except OSError:
        return NO_ROOM
    return 1


def _leave(code: int) -> NoReturn:
    """End without taking the libraries down piece by piece, which takes them a second or two."""
    sys.stdout.flush()
    os._exit(code)
