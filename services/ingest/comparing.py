"""Two versions side by side, and the files of one."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models
from services.ingest.repository.datasets import Datasets
from services.ingest.settings import IngestSettings
from services.ingest.showing import show_statistics
from shared.artifacts import ArtifactStore
from shared.canaries import FILE as CANARIES
from shared.contracts.ingest import DatasetDiff, DatasetStatistics, SettingChange
from shared.contracts.jobs import JobState
from shared.errors import Conflict, NotFound


async def compare(session: AsyncSession, before: str, after: str) -> DatasetDiff:
    """
    Raises:
        NotFound: there is no such version.
        Conflict: one is not built, or was withdrawn.
    """
    rows = [await _usable(session, name) for name in (before, after)]
    chats, moved = await Datasets(session).differences(before, after)
    one, other = ({**row.request, "system_prompt": row.system_prompt} for row in rows)
    return DatasetDiff(
        before=before,
        after=after,
        settings={
            name: SettingChange(before=one.get(name), after=other.get(name))
            for name in sorted(one.keys() | other.keys())
            if one.get(name) != other.get(name)
        },
        chats=chats,
        moved=moved,
        statistics=(_statistics(rows[0]), _statistics(rows[1])),
    )


async def file_of(session: AsyncSession, settings: IngestSettings, name: str, file: str) -> Path:
    """A file that the manifest of a version names; not the list of its canaries, which is a secret.

    Raises:
        NotFound: there is no such version, or no such file in it.
        Conflict: it is not built, or was withdrawn.
    """
    await _usable(session, name)
    store = ArtifactStore(settings.datasets)
    known = sorted(store.manifest(name)["files"].keys() - {CANARIES})
    if file not in known:
        raise NotFound(f"{name} has no file {file!r}.", hint=f"There: {', '.join(known)}.")
    return store.path(name) / file


async def _usable(session: AsyncSession, name: str) -> models.Dataset:
    row = await Datasets(session).get(name)
    if row.tainted:
        raise Conflict(f"{name} was withdrawn: somebody in it was forgotten, or took a consent back.")
    if row.state != JobState.DONE:
        raise Conflict(f"{name} is not built: it is {row.state}.", hint=f"See: anselm dataset show {name}")
    return row


def _statistics(row: models.Dataset) -> DatasetStatistics:
    statistics = show_statistics(row)
    assert statistics is not None
    return statistics
