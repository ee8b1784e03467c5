"""An import whose process is killed in the middle, and taken up again by another."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import text

from examples.generate import write_export
from services.ingest.importing import import_export
from shared.contracts.jobs import JobState
from shared.errors import Unavailable
from tests.integration.ingest.conftest import ROOT, World, environment

WORKER = "import sys; from services.ingest.tasks import import_task; import_task.run(sys.argv[1])"
CONTENT = (
    "select account_id, chat_id, m.id, at, pseudonym, edited_at, reply_to, forwarded, via_bot, media, clean, "
    "fingerprint from ingest.messages m join ingest.people p on p.id = sender_id order by 1, 2, 3"
)


def start_worker(world: World, import_id: str) -> subprocess.Popen[bytes]:
    own = environment(world.settings, IMPORT_BATCH="200", CREW_FROM_BYTES="0", CLEANING_PROCESSES="2")
    return subprocess.Popen([sys.executable, "-c", WORKER, import_id], env=own, cwd=ROOT)


async def until_written(world: World, import_id: str, messages: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if (await world.client.get_import(import_id)).report.new >= messages:
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"{messages} messages were not written within a minute")


def crews_of(world: World) -> list[psutil.Process]:
    """Processes that clean for this installation."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        try:
            ours = process.environ().get("ANSELM_HOME") == str(world.settings.anselm_home)
        except psutil.Error:
            continue
        if ours and "services.ingest.crew" in (process.info["cmdline"] or ()):
            found.append(process)
    return found


async def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.01)


async def test_a_process_that_cleans_may_die(world: World, tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    with file.open("w") as out:
        write_export(out, 12_000, chats=5, seed=7)
    queued = await world.client.upload(file, consent=True)
    worker = start_worker(world, queued.id)
    await until(lambda: len(crews_of(world)) == 2, "two processes clean")
    crews_of(world)[0].kill()
    assert worker.wait(120) != 0, "the queue delivers it again"
    assert start_worker(world, queued.id).wait(120) == 0
    done = await world.client.get_import(queued.id)
    assert (done.state, done.report.new) == (JobState.DONE, 12_000)
    assert await world.rows("select count(*) from ingest.messages") == [(12_000,)]


async def state(world: World) -> tuple[list[tuple[Any, ...]], Any]:
    [last] = [i for i in await world.client.imports() if i.state == JobState.DONE]
    return await world.rows(CONTENT), last.report


async def test_a_killed_import_goes_on_and_ends_like_an_undisturbed_one(world: World, tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    with file.open("w") as out:
        write_export(out, 12_000, chats=5, seed=7)
    queued = await world.client.upload(file, consent=True)
    worker = start_worker(world, queued.id)
    await until_written(world, queued.id, 2_000)
    worker.send_signal(signal.SIGKILL)
    assert worker.wait(10) == -signal.SIGKILL
    half = await world.client.get_import(queued.id)
    assert half.state == JobState.RUNNING
    await until(lambda: not crews_of(world), "the processes that cleaned ended with it")
    assert 2_000 <= half.report.new < 12_000
    assert half.report.new == (await world.rows("select count(*) from ingest.messages"))[0][0]

    second = start_worker(world, queued.id)
    assert second.wait(120) == 0
    disturbed = await state(world)
    assert disturbed[1].new == 12_000

    async with world.database.transaction() as session:
        await session.execute(text("truncate ingest.messages, ingest.imports, ingest.people restart identity cascade"))
    whole = await world.client.upload(file, consent=True)
    await import_export(world.stage(whole.id), whole.id)
    assert await state(world) == disturbed


async def test_two_workers_on_one_import_do_not_write_twice(world: World, tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    with file.open("w") as out:
        write_export(out, 3_000, chats=3, seed=8)
    queued = await world.client.upload(file, consent=True)
    await asyncio.gather(*(import_export(world.stage(queued.id), queued.id) for _ in range(2)))
    done = await world.client.get_import(queued.id)
    assert done.state == JobState.DONE
    assert (done.report.new, done.report.changed) == (3_000, 0)
    assert await world.rows("select count(*) from ingest.messages") == [(3_000,)]


async def test_an_import_goes_on_when_the_database_was_away(world: World, tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    with file.open("w") as out:
        write_export(out, 40_000, chats=3, seed=9)
    queued = await world.client.upload(file, consent=True)
    importing = asyncio.create_task(import_export(world.stage(queued.id), queued.id))
    await until_written(world, queued.id, 1_000)
    while not importing.done():  # a connection that is cut between two transactions is only opened again
        await world.rows(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )
    with pytest.raises(Unavailable):
        await importing
    half = await world.client.get_import(queued.id)
    assert half.state == JobState.RUNNING
    assert 1_000 <= half.report.new < 40_000
    await import_export(world.stage(queued.id), queued.id)
    done = await world.client.get_import(queued.id)
    assert (done.state, done.report.new) == (JobState.DONE, 40_000)
