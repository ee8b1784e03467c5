"""What benchmarks of an import share: an export in place, the import in a process of its own, its time and memory."""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import psutil

from examples.generate import write_export
from services.ingest import importing, models
from services.ingest.cleaning.cleaner import Cleaner
from services.ingest.cleaning.names import NameBook
from services.ingest.importing import import_export
from services.ingest.keys import load_keys
from services.ingest.repository.imports import Imports
from services.ingest.settings import IngestSettings
from services.ingest.stage import Stage
from shared.database import Database
from shared.jobs import JobReporter
from shared.privacy.masking import Cleaned
from shared.settings import Settings

MIB = 1 << 20


class Plain(Cleaner):
    """Cleans nothing."""

    def clean(self, text: str, *_: object) -> Cleaned:
        return Cleaned(text, Counter())


class Silence:
    """A board that nobody looks at."""

    def put(self, _: object) -> None:
        return


@dataclass(frozen=True)
class Figure:
    """``cpu_seconds``: of the process and those that it started, whatever else ran beside them."""

    seconds: float
    peak_mib: float
    cpu_seconds: float


async def _plain_cleaner(*_: object, **__: object) -> Plain:
    return Plain(NameBook(), bytes(16))


async def _no_names(*_: object) -> None:
    return


def work(import_id: str, how: str) -> None:
    """A child: import what lies ready."""
    settings = IngestSettings()
    if how == "plain":
        importing.cleaner_now = _plain_cleaner  # type: ignore[assignment]
        importing.recognise = _no_names

    async def imported() -> None:
        database = Database(settings)
        progress = JobReporter(Silence(), import_id, "import")  # type: ignore[arg-type]
        await import_export(Stage(settings, database, load_keys(settings.key_file), progress), import_id)
        async with database.transaction() as session:
            row = await Imports(session).get(import_id)
            assert row.state == "done", row.error
        await database.close()

    asyncio.run(imported())


def child(settings: Settings, call: str) -> Figure:
    """``call``: the statements that a fresh interpreter runs with these settings."""
    own = {
        "ANSELM_HOME": str(settings.anselm_home),
        "DATABASE_URL": settings.database_url,
        "POSTGRES_PASSWORD": settings.postgres_password.get_secret_value(),
    }
    command = [sys.executable, "-c", call]
    began, before, peak = time.perf_counter(), _spent(), 0
    process = psutil.Popen(command, env={**os.environ, **own})
    while process.poll() is None:
        peak = max(peak, _resident(process))
        try:
            process.wait(0.05)
        except psutil.TimeoutExpired:
            continue
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Figure(time.perf_counter() - began, peak / MIB, _spent() - before)


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _resident(process: psutil.Process) -> int:
    found = 0
    try:
        for one in [process, *process.children(recursive=True)]:
            found += one.memory_info().rss
    except psutil.NoSuchProcess:
        return found
    return found


def put_in_place(settings: IngestSettings, import_id: str, export: Path) -> None:
    """An export as an upload leaves it, with its row."""
    file = settings.uploads / import_id / "result.json"
    file.parent.mkdir(parents=True)
    os.link(export, file)

    async def record() -> None:
        database = Database(settings)
        async with database.transaction() as session:
            row = models.Import(id=import_id, filename=file.name, sha256=export.name, consent=True)
            await Imports(session).add(row)
        await database.close()

    asyncio.run(record())


def generated(folder: Path, count: int) -> Path:
    file = folder / f"{count}.json"
    with file.open("w", encoding="utf-8") as out:
        write_export(out, count, chats=40, seed=1)
    return file


def imported(settings: Settings, export: Path, name: str, how: str = "clean") -> Figure:
    put_in_place(IngestSettings(**settings.model_dump()), name, export)
    figure = child(settings, f"from benchmarks.importing import work; work({name!r}, {how!r})")
    print(f"{name}: {figure.seconds:.1f} s, {figure.peak_mib:.0f} MiB")
    return figure
