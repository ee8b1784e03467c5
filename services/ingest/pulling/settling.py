"""The end of a pull, in the transaction that ends its import: what Telegram no longer has goes, cursors move."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models
from services.ingest.forgetting.withdrawing import withdraw
from services.ingest.pulling.pull_file import Part, PullFile
from services.ingest.repository.datasets import Datasets
from services.ingest.repository.pulls import Pulls
from services.ingest.settings import IngestSettings
from shared.contracts.ingest import ImportReport


@dataclass
class Read:
    """What was read of a part: the highest id, and every id up to the cursor before."""

    part: Part
    last: int = 0
    again: list[int] = field(default_factory=list)


async def settle(
    session: AsyncSession, settings: IngestSettings, row: models.Import, report: ImportReport, folder: Path
) -> ImportReport:
    """The report, completed. Whom to tell about what is gone is noted down, to be told afterwards."""
    assert row.account_id is not None
    deleted = 0
    for read in parts_read(folder):
        deleted += await _remove_missing(session, settings, row.account_id, read)
        if not read.part.shift:
            reached = max(read.last, read.part.pulled_to or 0)
            await Pulls(session).move(row.account_id, read.part.chat, reached)
    return report.model_copy(update={"deleted": deleted})


def parts_read(folder: Path) -> list[Read]:
    parts: list[Read] = []
    for line, _ in PullFile(folder).lines():
        if "part" in line:
            parts.append(Read(Part.load(line["part"])))
        elif "messages" in line:
            read = parts[-1]
            read.last = line["last"]
            read.again += [one["id"] for one in line["messages"] if one["id"] <= (read.part.pulled_to or 0)]
    return parts


async def _remove_missing(session: AsyncSession, settings: IngestSettings, account: int, read: Read) -> int:
    """Remove what is stored between the two ends of what was read again, and was not there any more."""
    part = read.part
    if part.pulled_to is None:
        return 0
    gone = await Pulls(session).remove_missing(account, part.chat, part.after, part.pulled_to, read.again)
    if gone:
        datasets = await Datasets(session).with_messages(account, part.chat, gone)
        await withdraw(session, settings, datasets, [f"{part.chat}:{number}" for number in gone])
    return len(gone)
