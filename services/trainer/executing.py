"""A run is carried out: its stage in a process of its own, watched, started again when it was killed, and recorded.

The stage runs elsewhere so that its memory goes with it, and so that a kill of either process loses nothing: the
stage dies with its worker, the run's lock with the worker's connection, and the next attempt resumes a checkpoint.
"""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from services.trainer.base_model import locate
from services.trainer.checkpoints import complete
from services.trainer.claiming import Claim, Claims
from services.trainer.failures import NO_ROOM, can_be_resumed, describe, to_need_less
from services.trainer.models import RunRow
from services.trainer.planning import MAKING, make_plan
from services.trainer.recording import record
from services.trainer.reporting import PatientReporter
from services.trainer.repository import Runs, name_for, try_lock
from services.trainer.run_folder import Plan, RunFolder
from services.trainer.settings import TrainerSettings
from services.trainer.starting import usable_dataset
from shared import processes
from shared.artifacts import ArtifactStore
from shared.clients.ingest import IngestClient
from shared.contracts.jobs import Job, JobState
from shared.contracts.trainer import Stage
from shared.database import Database
from shared.errors import AnselmError, Conflict, NotFound, Unavailable, from_code
from shared.jobs import JobBoard
from shared.settings import CHECKOUT
from shared.telemetry import logger

log = logger(__name__)

#: Seconds between looks at the stage's process, and between looks at whether the run was cancelled.
LOOK, ASK = 0.1, 1.0

#: Seconds that a cancelled stage has to end by itself.
GRACE = 10.0

#: Seconds for the lock of a killed worker to be released.
LOCK_PATIENCE = 10.0


@dataclass(frozen=True)
class Executor:
    """Carries out one run at a time."""

    settings: TrainerSettings
    database: Database
    ingest: IngestClient
    jobs: JobBoard
    claims: Claims

    async def execute(self, run_id: str) -> None:
        """Bring a run to its end; nothing happens where it has ended, or where another worker has it."""
        async with self._only_here(run_id) as connection:
            if connection is None:
                log.info("run_is_executed_elsewhere", run=run_id)
                return
            try:
                await self._execute(run_id, connection)
            except Unavailable:
                raise
            except (AnselmError, OSError) as error:
                await self._fail(run_id, describe(error))

    async def _execute(self, run_id: str, connection: AsyncConnection) -> None:
        folder, over = RunFolder(self.settings.runs_folder / run_id), partial(self._is_over, run_id)
        if not await over():
            stage = await self._stage(run_id)
            waits, count = PatientReporter(self.jobs, run_id, stage).queued, int(stage is not Stage.MERGE)
            async with self.claims.take(connection, count=count, over=over, waits=waits) as claim:
                if claim is not None:
                    await self._attempt(run_id, folder, claim)
        await self._settle(run_id, folder)

    async def _attempt(self, run_id: str, folder: RunFolder, claim: Claim) -> None:
        """Start the stage again until it says how it ended."""
        while await self._begin_attempt(run_id, folder):
            code = await self._watch(run_id, self._start(folder, claim))
            error = folder.error()
            if folder.result() is not None:
                await self._confirm(run_id, folder.plan())
                return await record(self.settings, self.database, run_id, folder)
            if error is not None:
                raise from_code(error["code"])(error["message"])
            if code == NO_ROOM:
                raise describe(OSError(errno.ENOSPC, ""))
            log.warning("stage_killed", run=run_id, code=code)
        return None

    async def _begin_attempt(self, run_id: str, folder: RunFolder) -> bool:
        """Write the plan and count the attempt; false when the run has ended, as by a cancellation."""
        if await self._is_over(run_id):
            return False
        plan = await make_plan(self.settings, self.database, self.ingest, run_id)
        folder.create(plan)
        folder.begin_attempt()
        async with self.database.transaction() as session:
            row = await Runs(session).get(run_id, lock=True)
            if JobState(row.state).ended:
                return False
            if row.attempts >= self.settings.run_attempts:
                hint = f"Is there enough memory? {to_need_less(plan.recipe)}. Its log: anselm runs log {run_id}"
                raise AnselmError(f"The stage's process was killed {row.attempts} times.", hint=hint)
            row.state, row.attempts = JobState.RUNNING, row.attempts + 1
        return True

    async def _confirm(self, run_id: str, plan: Plan) -> None:
        """Ask once more whether what was trained on may be used: it may have gone meanwhile. While ingest does not
        answer, hours of training wait for it.

        Raises:
            Conflict: it was deleted or withdrawn.
        """
        while plan.stage in MAKING and not await self._is_over(run_id):
            try:
                await usable_dataset(self.ingest, plan.dataset, plan.persona)
            except NotFound as error:
                raise Conflict(f"Dataset {plan.dataset} was deleted while the run used it; nothing is kept.") from error
            except Unavailable:
                PatientReporter(self.jobs, run_id, plan.stage).note(
                    "Waits for ingest to say that the data may be used."
                )
                await asyncio.sleep(ASK)
                continue
            return

    def _start(self, folder: RunFolder, claim: Claim) -> subprocess.Popen[bytes]:
        stage = f"services.trainer.stages.{folder.plan().stage}"
        with folder.log.open("ab") as log_file:
            return processes.start(
                [sys.executable, "-m", stage, str(folder.path)],
                env=stage_environment(self.settings, folder) | claim.environment,
                cwd=CHECKOUT,
                output=log_file,
                at_parents_death=signal.SIGKILL,
            )

    async def _watch(self, run_id: str, process: subprocess.Popen[bytes]) -> int:
        """Wait until the stage's process ends; end it when the run was cancelled or takes too long."""
        began = asked = time.monotonic()
        try:
            while (code := process.poll()) is None:
                await asyncio.sleep(LOOK)
                if time.monotonic() - began > self.settings.stage_timeout.total_seconds():
                    raise AnselmError(f"The stage took longer than {self.settings.stage_timeout} and was stopped.")
                if time.monotonic() - asked > ASK:
                    asked = time.monotonic()
                    if await self._is_over(run_id):
                        await _stop(process)
            return code
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

    async def _stage(self, run_id: str) -> Stage:
        async with self.database.transaction() as session:
            return Stage((await Runs(session).get(run_id)).stage)

    async def _is_over(self, run_id: str) -> bool:
        async with self.database.transaction() as session:
            return JobState((await Runs(session).get(run_id)).state).ended

    async def _fail(self, run_id: str, error: AnselmError) -> None:
        folder, said = RunFolder(self.settings.runs_folder / run_id), str(error)
        if not can_be_resumed(error):
            await asyncio.to_thread(folder.clear_work)
        elif complete(folder.output):
            said += f" It goes on from its last checkpoint with: anselm runs resume {run_id}"
        async with self.database.transaction() as session:
            await Runs(session).end(run_id, JobState.FAILED, error=said)
        await self._settle(run_id, folder)

    async def _settle(self, run_id: str, folder: RunFolder) -> None:
        """Clear up, and tell those who follow the job how it ended."""
        async with self.database.transaction() as session:
            row = await Runs(session).get(run_id)
        await asyncio.to_thread(self._clear, row, folder)
        reporter = PatientReporter(self.jobs, run_id, row.stage)
        reporter.job = self._reported(reporter.job)
        if row.state == JobState.DONE:
            reporter.finish()
        elif row.state == JobState.CANCELLED:
            reporter.cancel()
        else:
            reporter.fail(row.error or "The run failed.")

    def _clear(self, row: RunRow, folder: RunFolder) -> None:
        """Remove what only the stage needed, and an adapter that was finished too late to count."""
        if row.state == JobState.FAILED:
            folder.keep_checkpoints()
        else:
            folder.clear_work()
        if row.state == JobState.CANCELLED:
            folder.clear_words()  # its data may have been withdrawn
        if row.output and row.state != JobState.DONE:
            for kind in ("adapters", "merged"):
                ArtifactStore(self.settings.anselm_home / kind).remove(row.output)

    def _reported(self, job: Job) -> Job:
        """What the stage last reported, so that its figures are not lost."""
        return self.jobs.get(job.id) or job

    @asynccontextmanager
    async def _only_here(self, run_id: str) -> AsyncIterator[AsyncConnection | None]:
        """Hold the lock of a run. It belongs to the connection and ends with this process, however that ends."""
        async with self.database.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await name_for(connection, run_id)
            deadline = time.monotonic() + LOCK_PATIENCE
            while not (alone := await try_lock(connection, run_id)) and time.monotonic() < deadline:  # noqa: ASYNC110
                await asyncio.sleep(LOOK)
            try:
                yield connection if alone else None
            finally:
                await connection.invalidate()  # a pool would keep its locks and its name


async def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the stage's whole process group: loaders and compilers are its children."""
    os.killpg(process.pid, signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    while process.poll() is None and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(LOOK)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


def stage_environment(settings: TrainerSettings, folder: RunFolder) -> dict[str, str]:
    """The worker's environment, for libraries that take their settings from there."""
    threads = str(settings.training_threads or os.cpu_count() or 1)
    # A thread that spins while it waits takes the core from whoever it waits for.
    quiet = {"OMP_NUM_THREADS": threads, "OMP_WAIT_POLICY": "PASSIVE", "TOKENIZERS_PARALLELISM": "false"}
    # Libraries keep copies of what they tokenize: beside the rows, with which they are removed.
    private = {
        "HF_DATASETS_CACHE": str(folder.work / "cache"),
        "AXOLOTL_DO_NOT_TRACK": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }
    local = {"HF_HUB_OFFLINE": "1"} if locate(settings, folder.plan().base_model).startswith("/") else {}
    return {**os.environ, **quiet, **private, **local, "PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"}
