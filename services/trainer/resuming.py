"""A run that failed for want of room, memory or time can go on; not for ever, since its checkpoints take space."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from services.trainer.repository import Runs
from services.trainer.run_folder import RunFolder
from services.trainer.settings import TrainerSettings
from shared.database import Database


async def expire_checkpoints(settings: TrainerSettings, database: Database) -> None:
    """Remove the checkpoints of runs that failed too long ago to be resumed."""
    async with database.transaction() as session:
        old = await Runs(session).failed_before(datetime.now(UTC) - settings.checkpoints_kept)
    for run_id in old:
        await asyncio.to_thread(RunFolder(settings.runs_folder / run_id).clear_work)
