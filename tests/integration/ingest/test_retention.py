"""What is older than is kept goes; what is younger stays; a second sweep does nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import text

from services.ingest import retention
from services.ingest.cleaners import cleaner_for
from services.ingest.keys import load_keys
from services.ingest.recleaning import clean_again
from tests.integration.ingest.conftest import ROOT, World, account, chat, message

DAY = timedelta(days=1)
OLD = account(chat(7, message(1, 1, "ring me at +49 30 901820"), message(2, 2, "aye", reactions=[])))
YOUNG = account(chat(8, message(1, 1, "tea?"), message(2, 3, "always"), name="Cleo Marsh"))


async def sweep(world: World, **kept: timedelta) -> None:
    nothing = dict.fromkeys(("keep_raw", "keep_audit", "keep_import_files"), timedelta(0))
    await retention.sweep(world.settings.model_copy(update=nothing | kept | {"import_batch": 1}), world.database)


async def state(world: World) -> list[tuple[object, ...]]:
    return await world.rows(
        "select chat_id, id, raw is not null, details is not null, clean is not null from ingest.messages order by 1, 2"
    )


@pytest.fixture
async def stored(world: World, tmp_path: Path) -> World:
    """Two imports, one of them from ten days ago."""
    await world.import_export(OLD, tmp_path)
    async with world.database.transaction() as session:
        await session.execute(text("update ingest.imports set finished_at = finished_at - interval '10 days'"))
        await session.execute(text("update ingest.audit set at = at - interval '10 days'"))
        details = load_keys(world.settings.key_file).seal("{}")
        await session.execute(text("update ingest.messages set details = :details"), {"details": details})
    await world.import_export(YOUNG, tmp_path)
    return world


async def test_old_raw_text_goes_and_its_clean_text_stays(stored: World) -> None:
    await sweep(stored, keep_raw=5 * DAY)
    kept = [
        (7, 1, False, False, True),
        (7, 2, False, False, True),
        (8, 1, True, False, True),
        (8, 2, True, False, True),
    ]
    assert await state(stored) == kept
    versions = await stored.rows("select xmin::text from ingest.messages")
    await sweep(stored, keep_raw=5 * DAY)
    assert await stored.rows("select xmin::text from ingest.messages") == versions, "a second sweep touches no row"


async def test_by_default_everything_stays(stored: World) -> None:
    before = await state(stored)
    await sweep(stored)
    assert await state(stored) == before
    assert len(await stored.rows("select * from ingest.audit")) == 2


async def test_a_message_without_raw_text_is_not_cleaned_again(stored: World) -> None:
    await sweep(stored, keep_raw=5 * DAY)
    before = await stored.rows("select clean, cleaned_with from ingest.messages where chat_id = 7 order by id")
    stage = stored.stage("again")
    other = cleaner_for([], ())
    await clean_again(stage, 1, other)
    assert await stored.rows("select clean, cleaned_with from ingest.messages where chat_id = 7 order by id") == before
    young = await stored.rows("select distinct cleaned_with from ingest.messages where chat_id = 8")
    assert young == [(other.key,)]


async def test_the_same_file_again_brings_nothing_back(stored: World, tmp_path: Path) -> None:
    await sweep(stored, keep_raw=5 * DAY)
    done = await stored.import_export(OLD, tmp_path)
    assert (done.report.new, done.report.changed, done.report.unchanged) == (0, 0, 2)
    assert [row[2] for row in await state(stored)] == [False, False, True, True]


async def test_what_is_taken_out_then_is_the_clean_text(stored: World) -> None:
    await sweep(stored, keep_raw=5 * DAY)
    written = orjson.loads(b"".join([piece async for piece in stored.client.export()]))
    said = {c["id"]: [m["text"] for m in c["messages"]] for c in written["chats"]["list"]}
    assert said == {7: ["ring me at <phone>", "aye"], 8: ["tea?", "always"]}


async def test_old_entries_of_the_audit_log_go(stored: World) -> None:
    await sweep(stored, keep_audit=5 * DAY)
    assert len((await stored.client.audit()).items) == 1


async def test_folders_that_killed_imports_left_go(stored: World) -> None:
    queued = await stored.client.upload(Path(__file__), consent=False)
    uploads = stored.settings.uploads
    for name in ("left", "fresh"):
        (uploads / name).mkdir()
        (uploads / name / "result.json").write_text("{}")
    (uploads / "beat").write_text("")
    for name in ("left", queued.id, "beat"):
        os.utime(uploads / name, (time.time() - 90_000,) * 2)
    await sweep(stored, keep_import_files=DAY)
    assert {path.name for path in uploads.iterdir()} == {"fresh", queued.id, "beat"}


def test_the_schedule_is_there_unless_it_is_switched_off(tmp_path: Path) -> None:
    def scheduled(application: str, **environment: str) -> str:
        code = f"from services.{application}.tasks import queue; print(queue.conf.beat_schedule)"
        own = {**os.environ, "ANSELM_HOME": str(tmp_path), **environment}
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=own, capture_output=True, text=True, check=True
        )
        return done.stdout

    assert "'ingest.sweep'" in scheduled("ingest")
    assert "datetime.timedelta(seconds=3600)" in scheduled("ingest", SWEEP_EVERY="3600")
    assert scheduled("ingest", SWEEP_EVERY="0") == "{}\n"
