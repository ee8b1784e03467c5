"""What ingest no longer keeps: raw text, entries of the audit log, and files that killed imports left lying."""

from __future__ import annotations

import shutil
import time

from services.ingest.repository.audit import Audit
from services.ingest.repository.expiring import FIRST, drop_raw
from services.ingest.repository.imports import Imports
from services.ingest.settings import IngestSettings
from shared.database import Database
from shared.retention import past
from shared.telemetry import logger

log = logger(__name__)


async def sweep(settings: IngestSettings, database: Database) -> None:
    """Remove what is older than is kept. Killed at any point, the next sweep goes on."""
    raw = await _drop_raw(settings, database)
    async with database.transaction() as session:
        old = past(settings.keep_audit)
        entries = await Audit(session).expire(old) if old else 0
        unended = set(await Imports(session).unended())
    folders = _remove_leftovers(settings, unended)
    log.info("swept", raw=raw, audit_entries=entries, import_folders=folders)


async def _drop_raw(settings: IngestSettings, database: Database) -> int:
    """A transaction a batch, in the order of the messages."""
    until, dropped, last = past(settings.keep_raw), 0, FIRST
    while until is not None:
        async with database.transaction() as session:
            batch = await drop_raw(session, until, last, settings.import_batch)
        if not batch:
            break
        dropped, last = dropped + len(batch), batch[-1]
    return dropped


def _remove_leftovers(settings: IngestSettings, unended: set[str]) -> int:
    """Folders of imports that have ended, or never began, and that nobody has touched for a while."""
    if not settings.keep_import_files or not settings.uploads.is_dir():
        return 0
    until = time.time() - settings.keep_import_files.total_seconds()
    folders = [folder for folder in settings.uploads.iterdir() if folder.is_dir() and folder.name not in unended]
    old = [folder for folder in folders if folder.stat().st_mtime < until]
    for folder in old:
        shutil.rmtree(folder)
    return len(old)
