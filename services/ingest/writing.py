"""The second pass of an import: from the spool to the table, a transaction a batch, with a cursor.

Batches are written in their order, while those that follow are being cleaned by other processes.
"""

from __future__ import annotations

import asyncio
import os
from asyncio import Task
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from services.ingest.batch import Batch, Key, Prepared, batches, begin_report, count_batch
from services.ingest.crew import Crew, crew_of
from services.ingest.encoding import Encoded, Encoder, Line
from services.ingest.repository.history import History
from services.ingest.repository.imports import Imports
from services.ingest.stage import Stage
from services.ingest.telegram.survey import SPOOL, Survey, read_spool
from shared.contracts.ingest import ImportReport


class TakenOver(Exception):
    """Another worker has moved the cursor of this import."""


@dataclass(frozen=True)
class Ahead:
    """A batch that is being cleaned; ``encoding`` is none where nothing of it changes."""

    batch: Batch
    new: int
    changed: int
    encoding: Task[Encoded] | None


@dataclass
class Writer:
    """What writing one import keeps in mind.

    Attributes:
        tells_less: see ``Reader``.
        waiting: batches that are being cleaned, in their order.
    """

    stage: Stage
    import_id: str
    prepared: Prepared
    crew: Crew[Sequence[Line], Encoded]
    report: ImportReport
    tells_less: bool
    waiting: deque[Ahead] = field(default_factory=deque)

    async def begin(self, batch: Batch) -> None:
        """Find out what changes, and have it cleaned."""
        stored = await self._stored(batch)
        changing = batch.changing(stored)
        if self.tells_less:
            changing = await self._with_another_text(batch, changing, stored)
        known = sum(key in stored for key in changing)
        lines = [(batch.lines[key], batch.prints[key]) for key in changing]
        encoding = asyncio.create_task(self.crew.encode(lines)) if lines else None
        self.waiting.append(Ahead(batch, len(changing) - known, known, encoding))
        if len(self.waiting) > self.crew.size + 1:
            await self.finish_first()

    async def _stored(self, batch: Batch) -> dict[Key, bytes]:
        """What the table has of these messages, or will have when the batches before are written."""
        async with self.stage.database.transaction() as session:
            stored = await History(session).fingerprints(self.prepared.account, batch.prints)
        for ahead in self.waiting:
            for key in ahead.batch.prints.keys() & batch.prints.keys():
                stored[key] = ahead.batch.prints[key]
        return stored

    async def _with_another_text(self, batch: Batch, changing: list[Key], stored: Mapping[Key, bytes]) -> list[Key]:
        """Those that are new, or whose text is not the one that is stored. What cannot be compared any more stays."""
        async with self.stage.database.transaction() as session:
            texts = await History(session).texts(self.prepared.account, [key for key in changing if key in stored])
        said = {key: self.stage.keys.unseal(raw) if raw else "" for key, raw in texts.items()}
        return [key for key in changing if key not in stored or said.get(key, batch.text(key)) != batch.text(key)]

    async def finish_first(self) -> None:
        """One transaction: the messages of the batch that came first, and the cursor."""
        ahead = self.waiting.popleft()
        encoded = await ahead.encoding if ahead.encoding else Encoded.nothing()
        batch = ahead.batch
        self.report = count_batch(self.report, batch, ahead.new, ahead.changed, encoded.masked)
        async with self.stage.database.transaction() as session:
            await History(session).write(encoded.rows)
            if not await Imports(session).advance(self.import_id, batch.start, batch.end, self.report):
                raise TakenOver
        report = self.report
        done = report.new + report.changed + report.unchanged + report.refused.get("forgotten", 0)
        self.stage.progress.advance(done, new=report.new, changed=report.changed, unchanged=report.unchanged)

    def stop(self) -> None:
        for ahead in self.waiting:
            if ahead.encoding:
                ahead.encoding.cancel()


async def write_messages(
    stage: Stage, import_id: str, folder: Path, survey: Survey, prepared: Prepared
) -> ImportReport:
    """
    Raises:
        TakenOver: another worker is at it.
    """
    async with stage.database.transaction() as session:
        row = await Imports(session).get(import_id)
    stage.progress.stage("writing", total=survey.accepted, unit="messages")
    encoder = Encoder(stage.keys, prepared, import_id)
    async with crew_of(encoder, _size(stage, folder)) as crew:
        writer = Writer(stage, import_id, prepared, crew, begin_report(row.report, survey), survey.tells_less)
        try:
            for batch in batches(
                read_spool(folder, row.cursor), row.cursor, stage.settings.import_batch, prepared, stage.keys
            ):
                await writer.begin(batch)
            while writer.waiting:
                await writer.finish_first()
        finally:
            writer.stop()
        return writer.report


def _size(stage: Stage, folder: Path) -> int:
    """Processes for this spool: none where starting one takes longer than the work."""
    if (folder / SPOOL).stat().st_size < stage.settings.crew_from_bytes:
        return 0
    return stage.settings.cleaning_processes or os.cpu_count() or 1
