"""Whoever forgets is killed between any two steps; a worker that starts finishes, with the receipt of an even run."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from shared.contracts.base import Removed
from shared.contracts.ingest import ConsentGrant
from shared.contracts.trainer import AdapterState
from tests.integration.forgetting.conftest import House
from tests.integration.forgetting.scan import scan
from tests.integration.ingest.conftest import BOTH, ROOT, account, chat, environment, message
from tests.integration.ingest.test_datasets import dialogue

#: Forgets in a process that kills itself at the n-th moment of the kind: before a place is crossed off, so that it is
#: told again, or right after.
SUICIDAL = """
import asyncio, os, signal, sys
from services.ingest.forgetting import coordinator, outbox
from services.ingest.forgetting.withdrawing import withdrawal_of
from services.ingest.keys import load_keys
from services.ingest.settings import IngestSettings
from shared.contracts.forgetting import ForgetRequest
from shared.database import Database

moment, number = sys.argv[1], int(sys.argv[2])
real, seen = getattr(outbox, "_cross_off" if moment == "before" else "_next"), 0

async def mortal(*given):
    global seen
    if seen == number:
        os.kill(os.getpid(), signal.SIGKILL)
    seen += 1
    return await real(*given)

setattr(outbox, "_cross_off" if moment == "before" else "_next", mortal)

async def main():
    settings = IngestSettings()
    database = Database(settings)
    async with withdrawal_of(settings, database, load_keys(settings.key_file), lambda name: None) as withdrawal:
        print(await coordinator.forget(withdrawal, ForgetRequest(subject="Boris Orlov"), lambda number: None))

asyncio.run(main())
"""

BORIS = "Boris Orlov"
RECEIPT = {
    "ingest: messages": 120,
    "ingest: chats": 1,
    "ingest: mentions": 2,
    "ingest: names": 1,
    "ingest: examples": 121,
    "ingest: datasets": 1,
    "ingest: consents": 4,
    "ingest: texts with the name": 2,
    "retrieval: turns": 1,
    "retrieval: conversations": 1,
    "retrieval: exchanges": 121,
    "feedback: ratings": 1,
    "feedback: pairs": 1,
    "feedback: preference rows": 1,
    "trainer: adapters tainted": 1,
    "redis: entries": 4,
}
PLACES = ["texts", "retrieval", "feedback", "trainer", "redis", "rebuild"]


def own_environment(house: House) -> dict[str, str]:
    urls = {name.upper(): str(getattr(house.settings, name)) for name in
            ("ingest_url", "retrieval_url", "feedback_url", "trainer_url")}  # fmt: skip
    token = house.settings.service_token.get_secret_value()
    return environment(house.settings, **urls, SERVICE_TOKEN=token, IMPORT_RETRY_S="0.2", FORGET_PATIENCE="60")


@pytest.fixture
def worker() -> Iterator[list[subprocess.Popen[bytes]]]:
    running: list[subprocess.Popen[bytes]] = []
    yield running
    for process in running:
        process.terminate()
        process.wait(30)


def start_worker(house: House) -> subprocess.Popen[bytes]:
    command = ["celery", "-A", "services.ingest.tasks:queue", "worker", "-Q", "ingest,cpu", "-c", "1"]
    more = ["--without-mingle", "--without-gossip"]
    return subprocess.Popen([sys.executable, "-m", *command, *more], env=own_environment(house), cwd=ROOT)


async def killed_forgetting(house: House, moment: str, number: int) -> None:
    command = [sys.executable, "-c", SUICIDAL, moment, str(number)]
    process = await asyncio.create_subprocess_exec(*command, env=own_environment(house), cwd=ROOT)
    assert await process.wait() == -signal.SIGKILL


async def finished(house: House) -> list[Removed]:
    """Wait until a worker has told everybody, and give what the receipt says."""
    deadline = time.monotonic() + 90
    while True:
        async with house.database.transaction() as session:
            rows = (await session.execute(text("select id from ingest.forgettings"))).scalars().all()
            waiting = await session.scalar(text("select count(*) from ingest.notices"))
        if len(rows) == 1 and waiting == 0:
            return (await house.ingest.receipt(rows[0])).removed
        assert time.monotonic() < deadline, f"{waiting} places still wait"
        await asyncio.sleep(0.1)


async def fill(house: House) -> str:
    """A history of two contacts and a group, and all that can be made of it; the pseudonym of one of them."""
    said = [message(1, 3, "Did Boris call you?"), message(2, 1, "boris never calls")]
    gossip = chat(9, *said, kind="private_group", name="G")
    await house.import_export(account(dialogue(7, 2), dialogue(8, 3, word="rose"), gossip))
    for name in (BORIS, "Cleo Marsh"):
        await house.ingest.grant(ConsentGrant(person=name, purposes=BOTH, evidence="yes"))
    await house.trainer.promote(await house.train(await house.build()))
    await house.index()
    boris = next(one.id for one in await house.ingest.people(names=True) if one.name == BORIS)
    await house.talk("telegram-4711004711", "Who has the boat?", f"Ask {boris}, he has it")
    await house.prefer()
    return boris


def numbers(removed: list[Removed]) -> dict[str, int]:
    return {f"{line.service}: {line.what}": line.count for line in removed if line.count}


async def test_an_even_run(house: House) -> None:
    """The measure for the others."""
    await fill(house)
    assert numbers((await house.ingest.forget(BORIS)).removed) == RECEIPT


@pytest.mark.parametrize(
    ("moment", "place"),
    [("before", place) for place in range(len(PLACES))] + [("after", place) for place in range(len(PLACES) + 1)],
)
async def test_killed_anywhere_it_finishes_by_itself(
    house: House, worker: list[subprocess.Popen[bytes]], moment: str, place: int
) -> None:
    boris = await fill(house)
    await killed_forgetting(house, moment, place)
    worker.append(start_worker(house))
    assert numbers(await finished(house)) == RECEIPT
    assert scan(house.settings, [BORIS, boris, '"user2"'], house.log) == {}
    assert [one.state for one in await house.trainer.adapters()] == [AdapterState.TAINTED]
    runs = [run.dataset for run in await house.trainer.runs() if run.stage == "sft"]
    assert sorted(runs) == ["anselm-d1", "anselm-d2"], "trained again, and once"
    assert (await house.ingest.verify(boris)).holds
