"""Space is freed: weights that nothing needs go, and what ended runs left behind. Rows stay, so that lineage does.

The rows are written first: what is noted as gone is neither served nor continued, whether or not its files have gone.
Whatever lies on disk and should not, by its row, is removed then; a process that was killed in between leaves files
that the next one removes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from services.trainer.garbage import Decision, Policy, Weights, decide
from services.trainer.liveness import promotions_standing, state_of
from services.trainer.models import AdapterRow, RunRow
from services.trainer.repository import Adapters, Evaluations, Promotions, Runs, try_lock, unlock
from services.trainer.run_folder import RunFolder
from services.trainer.settings import TrainerSettings
from shared.artifacts import ArtifactStore
from shared.contracts.jobs import JobState
from shared.contracts.trainer import Cleaned, CleanedKind, KeptAdapter, Removed
from shared.database import Database


@dataclass(frozen=True)
class Found:
    """What the tables know, and what follows from it."""

    adapters: Sequence[AdapterRow]
    runs: Sequence[RunRow]
    decision: Decision

    @property
    def busy(self) -> set[str]:
        """Adapters that runs work with or make."""
        going = [run for run in self.runs if not JobState(run.state).ended]
        return {name for run in going for name in (run.adapter, run.output) if name}


@dataclass(frozen=True)
class Cleaner:
    """Frees space by the policy of the settings."""

    settings: TrainerSettings
    database: Database

    async def clean(self, *, keep: int | None = None, dry_run: bool = False) -> Cleaned:
        """Remove what nothing needs. Never what is live, what a roll-back would bring back, a candidate, what one that
        stays continues, or what a run works with.

        Args:
            keep: so many of the others stay, of each persona the newest, whatever their age; unless given, the
                settings say.
            dry_run: remove nothing; the answer is what would be.
        """
        async with self.database.transaction() as session:
            found = await self._find(session, self._policy(keep))
            if not dry_run:
                await Adapters(session).remove(found.decision.adapters, found.decision.merged)
        surplus = list(self._surplus(found))
        if not dry_run:
            await asyncio.to_thread(self._remove, surplus)
        left = [one for run in found.runs if (one := self._left_by(run)) and (dry_run or await self._clear(run))]
        kept = [KeptAdapter(name=name, why=why) for name, why in found.decision.kept.items()]
        removed = [*surplus, *left]
        return Cleaned(removed=removed, kept=kept, bytes=sum(one.bytes for one in removed), dry_run=dry_run)

    def _policy(self, keep: int | None) -> Policy:
        if keep is not None:
            return Policy(keep, timedelta(0), timedelta(0))
        adapters_for, merged_for = self.settings.keep_adapters_for, self.settings.keep_merged_for
        return Policy(self.settings.keep_adapters, adapters_for or timedelta.max, merged_for or timedelta.max)

    async def _find(self, session: AsyncSession, policy: Policy) -> Found:
        """What may go, while nobody can promote or roll back."""
        before: set[str] = set()
        known: list[Weights] = []
        for persona in await Adapters(session).personas():
            await Promotions(session).hold(persona)
            rows = await Adapters(session).all(persona)
            promotions = await Promotions(session).all(persona)
            evaluated = await Evaluations(session).newest([row.name for row in rows])
            gone = {row.name for row in rows if row.gone}
            before |= {promoted.adapter for promoted in promotions_standing(promotions, gone)[1:2]}
            for row in rows:
                state = state_of(row, promotions, gone, evaluated.get(row.name))
                known.append(Weights(row.name, persona, row.version, row.parent, state, row.created_at))
        runs = await Runs(session).all(None)
        used = {run.adapter for run in runs if run.adapter and not JobState(run.state).ended}
        return Found(await Adapters(session).all(None), runs, decide(known, before, used, policy, datetime.now(UTC)))

    def _surplus(self, found: Found) -> Iterator[Removed]:
        """Weights on disk that should not be there: merged ones, which are large, first."""
        for kind in (CleanedKind.MERGED, CleanedKind.ADAPTER):
            for row in found.adapters:
                if why := _why_gone(row, found, kind):
                    yield from self._at(kind, row.name, why)
            made = {row.name for row in found.adapters} | found.busy
            for run in found.runs:
                if run.output and run.output not in made:
                    yield from self._at(kind, run.output, f"its run {run.state}")

    def _at(self, kind: CleanedKind, name: str, why: str) -> Iterator[Removed]:
        folder = self._store(kind).path(name)
        if folder.is_dir():
            yield Removed(kind=kind, name=name, why=why, bytes=size(folder))

    def _left_by(self, run: RunRow) -> Removed | None:
        """The checkpoints of a run that has ended."""
        work = RunFolder(self.settings.runs_folder / run.id).work
        if not JobState(run.state).ended or not work.is_dir() or self._can_go_on(run):
            return None
        return Removed(kind=CleanedKind.CHECKPOINTS, name=run.id, why=f"the run is {run.state}", bytes=size(work))

    def _can_go_on(self, run: RunRow) -> bool:
        """A run that failed for want of room or memory is resumed from them."""
        if run.state != JobState.FAILED or run.finished_at is None:
            return False
        return datetime.now(UTC) - run.finished_at < self.settings.checkpoints_kept

    async def _clear(self, run: RunRow) -> bool:
        """Remove a run's checkpoints, unless its worker is still about to."""
        async with self.database.engine.connect() as connection:
            if not await try_lock(connection, run.id):
                return False
            try:
                await asyncio.to_thread(RunFolder(self.settings.runs_folder / run.id).clear_work)
            finally:
                await unlock(connection, run.id)
        return True

    def _remove(self, surplus: Sequence[Removed]) -> None:
        for one in surplus:
            self._store(one.kind).remove(one.name)

    def _store(self, kind: CleanedKind) -> ArtifactStore:
        folders = {CleanedKind.MERGED: "merged", CleanedKind.ADAPTER: "adapters"}
        return ArtifactStore(self.settings.anselm_home / folders[kind])


def _why_gone(row: AdapterRow, found: Found, kind: CleanedKind) -> str | None:
    if row.tainted:
        return "what it learned from was withdrawn"
    if row.name in found.decision.adapters:
        return "nothing needs it"
    if row.removed_at is not None:
        return "left by a removal that was cut short"
    if kind is CleanedKind.ADAPTER:
        return None
    if row.name in found.decision.merged:
        return "can be merged again"
    return None if row.merged or row.name in found.busy else "left by a removal that was cut short"


def size(folder: Path) -> int:
    """Bytes of the files in a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
