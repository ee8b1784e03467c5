"""A new key for stored text, while everything goes on being read and written, and after kills."""

from __future__ import annotations

import asyncio
import hashlib
import random
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from examples.generate import write_export
from services.ingest import key_file, models, rotating
from services.ingest.key_file import KeyFile
from services.ingest.keys import Keys, keys_in_use
from services.ingest.repository.sealed import sealed_columns
from shared.contracts.ingest import ConsentGrant
from shared.contracts.jobs import JobState
from shared.contracts.privacy import ListName
from shared.errors import AnselmError, Unavailable
from tests.integration.ingest.conftest import BOTH, ROOT, World, account, chat, environment, message

WORKER = "import sys; from services.ingest.tasks import rotate_task; rotate_task.run(sys.argv[1])"


def start_worker(world: World, name: str) -> subprocess.Popen[bytes]:
    own = environment(world.settings, IMPORT_BATCH="5")
    return subprocess.Popen([sys.executable, "-c", WORKER, name], env=own, cwd=ROOT)


async def ask(world: World) -> str:
    return (await world.client.rotate_key()).id


async def rotate(world: World) -> str:
    name = await ask(world)
    await rotating.rotate_key(world.stage(name, "rotation"), name)
    return name


async def sealed_values(world: World) -> list[bytes]:
    found = []
    for one in sealed_columns():
        rows = await world.rows(
            f"select {one.column.name} from {one.table.fullname} where {one.column.name} is not null"
        )
        found += [value for (value,) in rows]
    return found


def opens(keys: Keys, value: bytes) -> bool:
    try:
        keys.unseal(value)
    except AnselmError:
        return False
    return True


async def contents(world: World, keys: Keys) -> str:
    """A digest of all sealed text, in its rows' order."""
    return hashlib.sha256("\0".join(sorted(keys.unseal(v) for v in await sealed_values(world))).encode()).hexdigest()


def keys_now(world: World) -> Keys:
    return Keys.of(key_file.read(world.settings.key_file))


async def seen(world: World) -> list[Any]:
    """What the owner sees of it all."""
    people, chats = await world.client.people(names=True), await world.client.chats(names=True)
    return [*people, *chats, *await world.client.consents(names=True)]


async def fill(world: World, folder: Path) -> None:
    """Something in every sealed column, and a sealed file."""
    forum = chat(
        9, message(1, 3, "hello jessica", photo="p.jpg", width=3), message(2, 1, "hi"), kind="private_supergroup"
    )
    await world.import_export(account(chat(7, message(1, 2, "ахой"), message(2, 1, "hi")), forum), folder)
    await world.import_export(chat(11, message(1, 2, "a"), message(2, 1, "b")), folder, owner="Ada Byron")
    await world.client.grant(ConsentGrant(person="Boris Orlov", purposes=BOTH, evidence="said yes"))
    await world.rows(
        "insert into ingest.topics select account_id, id, 5, name from ingest.chats where id = 9 returning 1"
    )
    await world.client.add_phrases(ListName.DENY, ["tulip"])
    waiting = keys_now(world).seal('{"name": "telegram-1"}')
    async with world.database.transaction() as session:
        session.add(models.Forgetting(id="forget-1", kind="tester", marks=[], subject=waiting, at=datetime.now(UTC)))
    world.settings.sealed_files[0].write_bytes(keys_now(world).seal("a session"))


async def test_everything_sealed_moves_to_the_new_key_and_stays_the_same(world: World, tmp_path: Path) -> None:
    await fill(world, tmp_path)
    old_file, old = key_file.read(world.settings.key_file), keys_now(world)
    [session_file] = world.settings.sealed_files
    columns = {
        one: await world.rows(f"select count({one.column.name}) from {one.table.fullname}") for one in sealed_columns()
    }
    empty = [one.column for one, [(count,)] in columns.items() if not count]
    assert empty == [], "every sealed column is tried"
    before, text, values = await seen(world), await contents(world, old), await sealed_values(world)

    name = await rotate(world)
    job = await world.client.job(name)
    assert (job.state, job.detail["sealed_anew"]) == (JobState.DONE, len(values) + 1)
    content, new = key_file.read(world.settings.key_file), keys_now(world)
    assert (content.secret, content.name, len(content.text)) == (old_file.secret, name, 1)
    assert world.settings.key_file.stat().st_mode & 0o777 == session_file.stat().st_mode & 0o777 == 0o600
    assert (await seen(world), await contents(world, new)) == (before, text)
    assert new.unseal(session_file.read_bytes()) == "a session"
    assert not any(opens(old, value) for value in [*await sealed_values(world), session_file.read_bytes()])
    assert all(opens(old, value) for value in values)

    again = await world.import_export(account(chat(7, message(1, 2, "ахой"), message(2, 1, "hi"))), tmp_path)
    assert (again.report.new, again.report.unchanged) == (0, 2), "fingerprints and pseudonyms are the same"
    await rotate(world)
    assert await seen(world) == before, "and it can be done again"
    assert not any(opens(new, value) for value in await sealed_values(world))


async def test_reading_and_writing_go_on_meanwhile(world: World, tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    with file.open("w") as out:
        write_export(out, 3_000, chats=3, seed=3)
    await world.import_file(file)
    before = [*await world.client.people(names=True), *await world.client.chats(names=True)]
    slow = world.settings.model_copy(update={"import_batch": 40})
    name = await ask(world)
    stage = world.stage(name, "rotation")
    working = asyncio.create_task(
        rotating.rotate_key(type(stage)(slow, stage.database, stage.keys, stage.progress), name)
    )
    grants = 0
    while not working.done():
        assert [*await world.client.people(names=True), *await world.client.chats(names=True)] == before
        person = next(p for p in await world.client.people() if not p.is_owner)
        await world.client.grant(ConsentGrant(person=person.id, purposes=BOTH, evidence=f"said yes {grants}"))
        await world.client.revoke(person.id)
        grants += 1
        await asyncio.sleep(0.01)  # requests of one owner leave gaps
    await working
    assert grants > 3
    assert (await world.client.job(name)).state == JobState.DONE
    new = keys_now(world)
    assert len(new.text) == 1
    assert all(opens(new, value) for value in await sealed_values(world))


async def test_it_waits_for_work_that_began_with_the_old_key(world: World, tmp_path: Path) -> None:
    await fill(world, tmp_path)
    name = await ask(world)
    with keys_in_use(world.settings.key_file), pytest.raises(Unavailable, match="still runs"):
        await rotating.rotate_key(world.stage(name, "rotation"), name)
    assert key_file.read(world.settings.key_file).text == ()
    assert (await world.client.job(name)).stage == "waiting for work that uses the key"
    await rotating.rotate_key(world.stage(name, "rotation"), name)
    assert (await world.client.job(name)).state == JobState.DONE


async def test_a_value_that_nothing_opens_ends_it_and_no_key_is_dropped(world: World, tmp_path: Path) -> None:
    await fill(world, tmp_path)
    await world.rows(
        "update ingest.messages set raw = 'damaged beyond repair'::bytea where chat_id = 7 and id = 1 returning 1"
    )
    name = await rotate(world)
    job = await world.client.job(name)
    assert job.state == JobState.FAILED
    assert "cannot be read with this key" in (job.error or "")
    assert key_file.read(world.settings.key_file).is_rotating
    assert await seen(world)
    await world.rows("delete from ingest.messages where chat_id = 7 and id = 1 returning 1")
    assert await rotate(world) == name, "asked for again, it goes on"
    assert (await world.client.job(name)).state == JobState.DONE
    assert not key_file.read(world.settings.key_file).is_rotating


async def test_asking_twice_is_one_rotation(world: World, tmp_path: Path) -> None:
    await fill(world, tmp_path)
    name = await rotate(world)
    after = await sealed_values(world)
    content = key_file.read(world.settings.key_file)
    await rotating.rotate_key(world.stage(name, "rotation"), name)
    assert (await sealed_values(world), key_file.read(world.settings.key_file)) == (after, content)
    assert await ask(world) != name


async def test_a_rotation_that_is_killed_again_and_again_loses_nothing(world: World, tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    with file.open("w") as out:
        write_export(out, 3_000, chats=3, seed=4)
    await world.import_file(file)
    old = keys_now(world)
    text, before = await contents(world, old), await seen(world)
    name, kills, rng = await ask(world), 0, random.Random(5)
    reached: set[int] = set()
    while kills < 6:
        worker = start_worker(world, name)
        await until_moved(world, old, worker, max(reached, default=0) + rng.randrange(1, 400))
        if worker.poll() is not None:
            break
        worker.send_signal(signal.SIGKILL)
        assert worker.wait(10) == -signal.SIGKILL
        content, values = key_file.read(world.settings.key_file), await sealed_values(world)
        if not content.is_rotating:  # it came to its end in the moment before
            break
        kills += 1
        assert await contents(world, Keys.of(content)) == text
        assert await seen(world) == before
        reached.add(sum(not opens(old, value) for value in values))
        assert max(reached) < len(values)
    assert kills >= 3
    assert len(reached) > 1, "each goes on where the one before was killed"
    assert start_worker(world, name).wait(120) == 0
    new = keys_now(world)
    assert (len(new.text), await contents(world, new), await seen(world)) == (1, text, before)
    assert not any(opens(old, value) for value in await sealed_values(world))
    assert (await world.client.job(name)).state == JobState.DONE


async def until_moved(world: World, old: Keys, worker: subprocess.Popen[bytes], values: int) -> None:
    async with asyncio.timeout(60):
        while worker.poll() is None and sum(not opens(old, v) for v in await sealed_values(world)) < values:
            await asyncio.sleep(0.01)


class Crash(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("write", [1, 2])
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_crash_at_either_write_of_the_key_file(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: int, moment: str
) -> None:
    await fill(world, tmp_path)
    before, writes = await seen(world), 0
    replace = key_file.replace

    def crashing(file: Path, content: KeyFile) -> None:
        nonlocal writes
        writes += 1
        if writes == write and moment == "before":
            raise Crash
        replace(file, content)
        if writes == write:
            raise Crash

    name = await ask(world)
    monkeypatch.setattr(key_file, "replace", crashing)
    with pytest.raises(Crash):
        await rotating.rotate_key(world.stage(name, "rotation"), name)
    assert await seen(world) == before
    monkeypatch.undo()
    await rotating.rotate_key(world.stage(name, "rotation"), name)
    assert await seen(world) == before
    content = key_file.read(world.settings.key_file)
    assert (content.name, len(content.text)) == (name, 1)
    assert all(opens(keys_now(world), value) for value in await sealed_values(world))
