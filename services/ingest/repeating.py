"""The same file again, and nothing has happened since: nothing of it needs to be read."""

from __future__ import annotations

from services.ingest import models
from services.ingest.cleaners import cleaner_now
from services.ingest.recleaning import clean_again
from services.ingest.repository.imports import Imports
from services.ingest.repository.pulls import EXPORTED
from services.ingest.stage import Stage
from shared.contracts.ingest import ImportReport


async def repeat(stage: Stage, row: models.Import) -> ImportReport | None:
    """The report of an import that is the last one again, of which only the end is left; ``None`` for any other."""
    if row.source != EXPORTED:
        return None
    async with stage.database.transaction() as session:
        before = await Imports(session).last_of(row)
        if before is None or before.account_id is None or _hint(stage, before) != _hint(stage, row):
            return None
        report = _unchanged(before)
        await Imports(session).repeat(row.id, before.account_id, report)
        cleaner = await cleaner_now(session, stage.keys, mask_owner=stage.settings.mask_owner)
    await clean_again(stage, before.account_id, cleaner)
    return report


def _unchanged(before: models.Import) -> ImportReport:
    report = ImportReport.model_validate(before.report)
    stored = report.new + report.changed + report.unchanged
    return report.model_copy(update={"new": 0, "changed": 0, "unchanged": stored, "masked": {}})


def _hint(stage: Stage, row: models.Import) -> str | None:
    return stage.keys.unseal(row.owner_hint) if row.owner_hint else None
