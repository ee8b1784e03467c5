"""A pull whose worker is killed, wherever it is, and taken up again by another."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

import pytest
from sqlalchemy import text
from telethon.tl import types

from services.ingest.forgetting.outbox import deliver
from services.ingest.pulling.pull_file import PullFile
from shared.contracts.ingest import Import
from shared.contracts.jobs import JobState
from tests.integration.ingest.pulls import Pulls
from tests.integration.ingest.test_killed import until_written
from tests.peers.mtproto import MtProto


@pytest.fixture(autouse=True)
async def account(pulls: Pulls, telegram: MtProto) -> None:
    """Three chats of 700 messages, one of which was another group before; logged in."""
    old = telegram.account.group(50, "Boat club")
    boats = telegram.account.supergroup(77, "Boat club", migrated_from=50)
    old.entity.migrated_to = types.InputChannel(77, boats.entity.access_hash)
    for chat in (telegram.account.private_chat(2, "Boris"), telegram.account.private_chat(3, "Cleo"), old, boats):
        for i in range(350 if chat in (old, boats) else 700):
            chat.say(f"message {i * 7919 % 1000} of Boris", by=2 if i % 2 else None)
    telegram.account.contacts.append(3)
    await pulls.log_in()


async def everything(pulls: Pulls, done: Import) -> tuple[Any, ...]:
    assert done.state == JobState.DONE, done.error
    return (*await pulls.state(), done.report)


async def undisturbed(pulls: Pulls) -> tuple[Any, ...]:
    """What a pull of the same account leaves on an empty database when nobody disturbs it."""
    async with pulls.world.database.transaction() as session:
        await session.execute(text("truncate ingest.messages, ingest.imports, ingest.people restart identity cascade"))
    return await everything(pulls, await pulls.pull(dms=True, groups=["Boat club"]))


async def finish(pulls: Pulls, queued: Import) -> Import:
    worker = pulls.start_worker(queued.id)
    assert await asyncio.to_thread(worker.wait, 120) == 0
    return await pulls.world.client.get_import(queued.id)


@pytest.mark.parametrize("pages", [0, 8, 17])
async def test_killed_while_it_fetches(pulls: Pulls, telegram: MtProto, pages: int) -> None:
    telegram.troubles.hold_after = pages
    queued = await pulls.ask(dms=True, groups=["Boat club"])
    worker = pulls.start_worker(queued.id)
    assert await asyncio.to_thread(telegram.troubles.held.wait, 60)
    worker.send_signal(signal.SIGKILL)
    assert await asyncio.to_thread(worker.wait, 10) == -signal.SIGKILL
    telegram.troubles.let_go()
    assert await pulls.world.rows("select count(*) from ingest.messages") == [(0,)]
    telegram.requests.clear()
    disturbed = await everything(pulls, await finish(pulls, queued))
    assert disturbed[2].new == 2_100
    pages_in_all = 8 + 8 + 5 + 5
    assert len(pulls.asked_above()) <= pages_in_all - pages + 2, "what was fetched is not fetched again"
    assert await undisturbed(pulls) == disturbed


async def test_killed_while_it_imports(pulls: Pulls) -> None:
    queued = await pulls.ask(dms=True, groups=["Boat club"])
    worker = pulls.start_worker(queued.id, IMPORT_BATCH="50")
    await until_written(pulls.world, queued.id, 400)
    worker.send_signal(signal.SIGKILL)
    assert await asyncio.to_thread(worker.wait, 10) == -signal.SIGKILL
    half = await pulls.world.client.get_import(queued.id)
    assert half.state == JobState.RUNNING
    assert 400 <= half.report.new < 2_100
    assert await pulls.world.rows("select distinct pulled_to from ingest.chats") == [(None,)], "no cursor has moved"
    disturbed = await everything(pulls, await finish(pulls, queued))
    assert await undisturbed(pulls) == disturbed


async def test_killed_in_the_middle_of_a_line(pulls: Pulls, telegram: MtProto) -> None:
    queued = await pulls.ask(dms=True, groups=["Boat club"])
    await half_fetched(pulls, telegram, queued)
    file = PullFile(pulls.world.settings.uploads / queued.id)
    whole = file.path.read_bytes()
    file.path.write_bytes(whole + b'{"chat_id": 2, "messages": [{"id"')
    disturbed = await everything(pulls, await pulls.work(queued.id))
    assert await undisturbed(pulls) == disturbed


async def half_fetched(pulls: Pulls, telegram: MtProto, queued: Import) -> None:
    telegram.troubles.hold_after = 5
    worker = pulls.start_worker(queued.id)
    assert await asyncio.to_thread(telegram.troubles.held.wait, 60)
    worker.kill()
    await asyncio.to_thread(worker.wait, 10)
    telegram.troubles.let_go()


async def test_killed_at_an_incremental_pull(pulls: Pulls, telegram: MtProto) -> None:
    await pulls.pull(dms=True)
    boris = telegram.account.chats[2]
    assert boris.entity.id == 2
    boris.delete(650, 651)
    boris.edit(649, "another word")
    for _ in range(150):
        boris.say("more")
    telegram.troubles.hold_after = 4
    queued = await pulls.ask(dms=True)
    worker = pulls.start_worker(queued.id)
    assert await asyncio.to_thread(telegram.troubles.held.wait, 60)
    worker.kill()
    await asyncio.to_thread(worker.wait, 10)
    telegram.troubles.let_go()
    assert (650,) in await pulls.world.rows("select id from ingest.messages where chat_id = 2")
    await asyncio.to_thread(pulls.start_worker(queued.id).wait, 120)
    done = await pulls.world.client.get_import(queued.id)
    assert done.state == JobState.DONE
    assert (done.report.new, done.report.changed, done.report.deleted) == (150, 1, 2)
    assert await pulls.world.rows("select service from ingest.notices") == [("retrieval",)], "it could not be told yet"
    await deliver(pulls.world.withdrawal)
    assert pulls.world.neighbours.forgotten == ["2:650", "2:651"]
    again = await pulls.pull(dms=True)
    assert (again.report.new, again.report.changed, again.report.deleted) == (0, 0, 0)
