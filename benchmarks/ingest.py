"""How long does an import take, and how much memory? ``make bench NAME=ingest`` (about six minutes).

A generated export of a million messages (``--messages`` for fewer), in several languages, something private in one of
twenty, goes into a real PostgreSQL. The reference, in the same run: parse the same bytes with ``orjson`` in one go, and
COPY the same rows into a table with the same columns, keys and indexes, unsealed and uncleaned. Each import is a fresh
process, from the file as an upload leaves it to the ended import; it is imported again as it stands, and once more when
every chat has one message more in a hundred. Memory is the sum over the process and those that it
starts, sampled twenty times a second.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import psutil
import psycopg

from benchmarks.engines import database_settings
from examples.generate import write_export
from services.ingest import importing, models
from services.ingest.cleaning.cleaner import Cleaner
from services.ingest.cleaning.masking import Cleaned
from services.ingest.cleaning.names import NameBook
from services.ingest.importing import import_export
from services.ingest.keys import load_keys
from services.ingest.repository.copying import HEADER, TRAILER, StoredMessage, packed
from services.ingest.repository.imports import Imports
from services.ingest.settings import IngestSettings
from services.ingest.stage import Stage
from services.ingest.telegram.message import Message, parse_message
from shared.database import Database
from shared.jobs import JobReporter
from shared.settings import Settings

SMALL, LARGE = 10_000, 1_000_000
MIB = 1 << 20
CHUNK = 1 << 20


class Plain(Cleaner):
    """Cleans nothing."""

    def clean(self, text: str, _: object = ()) -> Cleaned:
        return Cleaned(text, Counter())


class Silence:
    """A board that nobody looks at."""

    def put(self, _: object) -> None:
        return


@dataclass(frozen=True)
class Figure:
    seconds: float
    peak_mib: float


def work(import_id: str, how: str) -> None:
    """A child: import what lies ready."""
    settings = IngestSettings()
    if how == "plain":
        importing.cleaner_for = lambda *_: Plain(NameBook(), bytes(16))  # type: ignore[assignment]

    async def imported() -> None:
        database = Database(settings)
        progress = JobReporter(Silence(), import_id, "import")  # type: ignore[arg-type]
        await import_export(Stage(settings, database, load_keys(settings.key_file), progress), import_id)
        async with database.transaction() as session:
            row = await Imports(session).get(import_id)
            assert row.state == "done", row.error
        await database.close()

    asyncio.run(imported())


def refer(file: str) -> None:
    """The reference's child: the whole file at once, then the rows."""
    export = orjson.loads(Path(file).read_bytes())
    settings = IngestSettings()
    url = settings.sqlalchemy_url.replace("postgresql+psycopg", "postgresql", 1)
    with psycopg.connect(url) as connection:
        connection.execute("create table ingest.reference (like ingest.messages including all)")
        columns = ", ".join(StoredMessage._fields)
        with connection.cursor() as cursor, cursor.copy(f"copy ingest.reference ({columns}) from stdin binary") as copy:
            copy.write(HEADER)
            for chat in export["chats"]["list"]:
                copy.write(packed(_rows(chat)))
            copy.write(TRAILER)


def _rows(chat: dict[str, Any]) -> Iterator[StoredMessage]:
    for raw in chat["messages"]:
        message = parse_message(chat["id"], raw)
        assert isinstance(message, Message)
        yield StoredMessage(
            *(1, chat["id"], message.id, message.at, 1, message.edited, message.reply_to, None, False, False, False),
            *(message.media, None, message.text.encode(), message.text, bytes(16), bytes(16), "reference"),
        )


def child(settings: Settings, call: str) -> Figure:
    own = {
        "ANSELM_HOME": str(settings.anselm_home),
        "DATABASE_URL": settings.database_url,
        "POSTGRES_PASSWORD": settings.postgres_password.get_secret_value(),
    }
    command = [sys.executable, "-c", f"from benchmarks.ingest import refer, work; {call}"]
    began, peak = time.perf_counter(), 0
    process = psutil.Popen(command, env={**os.environ, **own})
    while process.poll() is None:
        peak = max(peak, _resident(process))
        try:
            process.wait(0.05)
        except psutil.TimeoutExpired:
            continue
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Figure(time.perf_counter() - began, peak / MIB)


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
    figure = child(settings, f"work({name!r}, {how!r})")
    print(f"{name}: {figure.seconds:.1f} s, {figure.peak_mib:.0f} MiB")
    return figure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=LARGE)
    count = parser.parse_args().messages
    with database_settings() as settings:
        exports = {n: generated(settings.anselm_home, n) for n in (SMALL, count, count + count // 100)}
        reference = child(settings, f"refer({str(exports[count])!r})")
        print(f"reference: {reference.seconds:.1f} s, {reference.peak_mib:.0f} MiB")
        clean = imported(settings, exports[count], "clean")
        again = imported(settings, exports[count], "again")
        grown = imported(settings, exports[count + count // 100], "grown")
        with database_settings() as others:
            plain = imported(others, exports[count], "plain", "plain")
        with database_settings() as others:
            small = imported(others, exports[SMALL], "small")
    figures = {
        "ratio_plain": round(plain.seconds / reference.seconds, 2),
        "ratio_clean": round(clean.seconds / reference.seconds, 2),
        "messages_per_s_clean": round(count / clean.seconds),
        "peak_mib_10k": round(small.peak_mib),
        "peak_mib_1m": round(clean.peak_mib),
        "reimport_ratio": round(again.seconds / clean.seconds, 3),
        "reimport_ratio_grown": round(grown.seconds / clean.seconds, 3),
        "reference_s": round(reference.seconds, 1),
        "reference_peak_mib": round(reference.peak_mib),
    }
    print(json.dumps({"bench": "ingest", "figures": figures}))


if __name__ == "__main__":
    main()
