"""Pulls as they run: a Celery worker, its schedule, and the API over a real queue."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from services.ingest.pulling.scheduled import request_new
from shared.contracts.jobs import JobState
from tests.integration.ingest.conftest import ROOT
from tests.integration.ingest.conftest import environment as environment_of
from tests.integration.ingest.pulls import Pulls
from tests.peers.mtproto import MtProto
from tests.peers.mtproto.methods import API_HASH, API_ID


@contextmanager
def worker(pulls: Pulls, *options: str, **environment: str) -> Iterator[None]:
    given = {
        "TG_API_ID": str(API_ID),
        "TG_API_HASH": API_HASH,
        "TEST_TELEGRAM_PORT": str(pulls.telegram.port),
        "TEST_TELEGRAM_KEY": pulls.telegram.public_key,
    }
    command = ["celery", "-A", "tests.integration.ingest.beat_app:queue", "worker", "-Q", "ingest,cpu", "-c", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", *command, "--without-mingle", *options],
        env=environment_of(pulls.world.settings, **given, **environment),
        cwd=ROOT,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


async def until_stored(pulls: Pulls, messages: int) -> None:
    async with asyncio.timeout(90):
        while await pulls.world.rows("select count(*) from ingest.messages") != [(messages,)]:
            await asyncio.sleep(0.05)


async def test_a_worker_takes_up_what_was_left_and_pulls_on_schedule(pulls: Pulls, telegram: MtProto) -> None:
    chat = telegram.account.private_chat(2, "Boris")
    chat.say("first")
    await pulls.log_in()
    queued = await pulls.ask(dms=True)
    pulls.world.jobs.delete("ingest")  # what a worker that was killed leaves: a row, and nothing in the queue
    with worker(pulls, "--beat", PULL_EVERY="1"):
        await until_stored(pulls, 1)
        chat.say("second", by=2)
        await until_stored(pulls, 2)
    first, *others = reversed(await pulls.world.client.imports())
    assert (first.id, first.state) == (queued.id, JobState.DONE)
    assert {one.source for one in others} == {"pull"}
    assert sum(one.report.new for one in others) == 1


async def test_the_schedule_is_off_unless_it_is_set() -> None:
    code = "from services.ingest.tasks import queue; print(queue.conf.beat_schedule)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "ingest.sweep" in done.stdout
    assert "ingest.pull_new" not in done.stdout


async def test_a_scheduled_pull_gives_no_consent_and_waits_for_the_one_before(pulls: Pulls, telegram: MtProto) -> None:
    assert await request_new(pulls.access, pulls.world.database) is None, "nobody is logged in"
    telegram.account.private_chat(2, "Boris").say("first")
    await pulls.log_in()
    assert await request_new(pulls.access, pulls.world.database) is None, "nothing was pulled before"
    await pulls.pull(dms=True)
    await pulls.world.client.revoke((await pulls.world.client.telegram()).account or "")
    import_id = await request_new(pulls.access, pulls.world.database)
    assert import_id is not None
    assert await request_new(pulls.access, pulls.world.database) is None, "another pull has not ended"
    assert (await pulls.work(import_id)).state == JobState.DONE
    assert {one.revoked_at is None for one in await pulls.world.client.consents()} == {False}
