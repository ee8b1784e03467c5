"""Does the memory of an import grow with the file? ``python -m benchmarks.import_memory`` (about three minutes).

Generated exports of 20,000 and of 200,000 messages are imported by a fresh process each, into a real PostgreSQL. The
reference, in the same run, is a process that reads the same file with ``json.load``. Memory is the peak resident set.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.engines import database_settings
from examples.generate import write_export
from services.ingest import models
from services.ingest.importing import import_export
from services.ingest.keys import load_keys
from services.ingest.repository.imports import Imports
from services.ingest.settings import IngestSettings
from services.ingest.stage import Stage
from shared.database import Database
from shared.jobs import JobReporter
from shared.settings import Settings

SMALL, LARGE = 20_000, 200_000
MIB = 1 << 20


class Silence:
    """Stands in for Redis: nobody watches the progress."""

    def set(self, *_: object, **__: object) -> None:
        return


@dataclass(frozen=True)
class Figure:
    peak_mib: float
    seconds: float


def work(import_id: str) -> None:
    """The child: import what lies ready, print the peak and the time."""
    settings = IngestSettings()

    async def imported() -> None:
        database = Database(settings, pooled=False)
        progress = JobReporter(Silence(), import_id, "import")  # type: ignore[arg-type]
        await import_export(Stage(settings, database, load_keys(settings.key_file), progress), import_id)
        async with database.transaction() as session:
            row = await Imports(session).get(import_id)
            assert row.state == "done", row.error
        await database.close()

    began = time.perf_counter()
    asyncio.run(imported())
    report(began)


def load(file: str) -> None:
    """The reference: the whole file at once."""
    began = time.perf_counter()
    with Path(file).open() as source:
        json.load(source)
    report(began)


def report(began: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MIB
    print(json.dumps({"peak_mib": peak, "seconds": time.perf_counter() - began}))


def child(settings: Settings, *arguments: str) -> Figure:
    own = {
        "ANSELM_HOME": str(settings.anselm_home),
        "DATABASE_URL": settings.database_url,
        "POSTGRES_PASSWORD": settings.postgres_password.get_secret_value(),
    }
    command = [sys.executable, "-m", "benchmarks.import_memory", *arguments]
    done = subprocess.run(command, env={**os.environ, **own}, check=True, stdout=subprocess.PIPE, text=True)
    return Figure(**json.loads(done.stdout.splitlines()[-1]))


def put_in_place(settings: IngestSettings, import_id: str, count: int) -> Path:
    """A generated export as an upload leaves it, with its row."""
    file = settings.uploads / import_id / "result.json"
    file.parent.mkdir(parents=True)
    with file.open("w", encoding="utf-8") as out:
        write_export(out, count, chats=40, seed=count)

    async def record() -> None:
        database = Database(settings, pooled=False)
        async with database.transaction() as session:
            row = models.Import(id=import_id, filename=file.name, sha256=import_id, consent=True)
            await Imports(session).add(row)
        await database.close()

    asyncio.run(record())
    return file


def main() -> None:
    figures: dict[str, float] = {}
    with database_settings() as shared:
        settings = IngestSettings(**shared.model_dump())
        for count in (SMALL, LARGE):
            file = put_in_place(settings, f"bench-{count}", count)
            loaded, size = child(settings, "load", str(file)), file.stat().st_size
            imported = child(settings, "work", f"bench-{count}")
            figures |= {
                f"file_mib_{count}": round(size / MIB, 1),
                f"json_load_peak_mib_{count}": round(loaded.peak_mib, 1),
                f"import_peak_mib_{count}": round(imported.peak_mib, 1),
                f"messages_per_s_{count}": round(count / imported.seconds),
            }
            print(f"{count:,} messages: {imported.peak_mib:.0f} MiB, {count / imported.seconds:,.0f} messages/s")
    growth = figures[f"import_peak_mib_{LARGE}"] / figures[f"import_peak_mib_{SMALL}"]
    reference = figures[f"json_load_peak_mib_{LARGE}"] / figures[f"json_load_peak_mib_{SMALL}"]
    figures |= {"import_growth": round(growth, 3), "json_load_growth": round(reference, 3)}
    print(json.dumps({"bench": "import_memory", "figures": figures}))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["work", import_id]:
            work(import_id)
        case ["load", file]:
            load(file)
        case _:
            main()
