"""The service as it runs: a Celery worker and the API over a real queue."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.ingest import key_file, rotating
from services.ingest.repository.locks import only_worker
from shared.contracts.ingest import ConsentGrant, DatasetRequest
from shared.contracts.jobs import Job, JobState
from shared.contracts.privacy import ListName
from shared.errors import Unavailable
from shared.settings import Settings
from tests.integration.ingest.conftest import BOTH, ROOT, World, account, environment
from tests.integration.ingest.test_datasets import dialogue


@pytest.fixture
def worker(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    command = [
        "celery",
        "-A",
        "services.ingest.tasks:queue",
        "worker",
        "-Q",
        "ingest,cpu",
        "-c",
        "1",
        "--without-mingle",
    ]
    process = subprocess.Popen([sys.executable, "-m", *command], env=environment(settings), cwd=ROOT)
    yield process
    process.terminate()
    process.wait(30)


async def ended(world: World, job: str) -> Job:
    async with asyncio.timeout(90):
        while not (found := await world.client.job(job)).state.ended:
            await asyncio.sleep(0.05)
    return found


async def test_a_worker_takes_up_what_was_left_imports_and_builds(
    world: World, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    file = tmp_path / "result.json"
    file.write_text(json.dumps(account(dialogue(7, 2))))
    queued = await world.client.upload(file, consent=True)
    world.jobs.delete("ingest")  # what a worker that was killed leaves: a row, and nothing in the queue
    request.getfixturevalue("worker")
    assert (await ended(world, queued.id)).state == JobState.DONE
    assert (await world.client.get_import(queued.id)).report.new == 120
    await world.client.add_phrases(ListName.DENY, ["tulip"])
    cleaned = await ended(world, (await world.client.apply_lists()).id)
    assert (cleaned.state, cleaned.detail["cleaned"]) == (JobState.DONE, 120)
    await world.client.grant(ConsentGrant(person="Boris Orlov", purposes=BOTH, evidence="yes"))
    dataset = await world.client.build_dataset(DatasetRequest(persona="ada"))
    job = await ended(world, dataset.name)
    assert (job.state, job.kind, job.detail["examples"]) == (JobState.DONE, "dataset", 60)
    assert (await world.client.dataset(dataset.name)).path == str(world.settings.datasets / dataset.name)
    assert (await world.client.readiness())["ready"]


async def test_a_worker_rotates_the_key_and_takes_up_a_rotation_that_was_left(
    world: World, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    file = world.settings.key_file
    await world.import_export(account(dialogue(7, 2)), tmp_path)
    rotating._add_key(file, "left")
    assert key_file.read(file).is_rotating
    request.getfixturevalue("worker")
    async with asyncio.timeout(90):
        while key_file.read(file).is_rotating:
            await asyncio.sleep(0.05)
    assert key_file.read(file).name == "left"
    assert (await ended(world, "left")).state == JobState.DONE
    asked = await world.client.rotate_key()
    job = await ended(world, asked.id)
    values = 120 + 2 + 1 + 2  # messages, people, the chat's name, the owner's consents
    assert (job.state, job.kind, job.detail["sealed_anew"]) == (JobState.DONE, "rotation", values)
    assert key_file.read(file).name == asked.id


async def test_a_job_has_one_worker(world: World) -> None:
    async with only_worker(world.database, "import-1"), only_worker(world.database, "import-2"):
        with pytest.raises(Unavailable, match="being worked on"):
            async with only_worker(world.database, "import-1"):
                pytest.fail("two workers on one job")
    async with only_worker(world.database, "import-1"):
        assert await world.rows("select 1") == [(1,)], "and it is free again"
