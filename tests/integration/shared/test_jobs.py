from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from redis.asyncio import Redis

from shared import http
from shared.contracts.jobs import Job, JobState
from shared.errors import NotFound
from shared.http import job_router, make_app
from shared.jobs import JobBoard, JobReporter, read_job, watch_job
from shared.sealing import Seal
from shared.settings import Settings
from tests.conftest import TOKEN

SEAL = Seal(TOKEN)


@pytest.fixture
def reporter(settings: Settings, redis: Redis) -> JobReporter:
    return JobReporter(JobBoard.of(settings), "j1", "import", interval=0)


@pytest.fixture
def asking(settings: Settings, redis: Redis) -> httpx.AsyncClient:
    app = make_app("tested", settings, routers=[job_router(lambda: redis, SEAL)], ready={})
    token = settings.service_token.get_secret_value()
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://x", headers={"Authorization": f"Bearer {token}"}
    )


async def test_what_is_reported_can_be_read(reporter: JobReporter, redis: Redis) -> None:
    reporter.stage("read", total=10)
    reporter.advance(4, loss=0.5)
    job = await read_job(redis, SEAL, "j1")
    assert (job.state, job.stage, job.done, job.total, job.detail) == (JobState.RUNNING, "read", 4, 10, {"loss": 0.5})
    assert 0 < await redis.ttl("anselm:job:j1") <= 7 * 24 * 3600


async def test_nobody_reads_a_job_in_redis(reporter: JobReporter, redis: Redis) -> None:
    reporter.fail("chat with Lena.json is no export")
    raw = await redis.get("anselm:job:j1")
    assert raw is not None
    assert b"Lena" not in raw
    assert (await read_job(redis, SEAL, "j1")).error == "chat with Lena.json is no export"
    with pytest.raises(NotFound):
        await read_job(redis, Seal("another token"), "j1")


async def test_an_unknown_job_is_not_found(redis: Redis, asking: httpx.AsyncClient) -> None:
    with pytest.raises(NotFound):
        await read_job(redis, SEAL, "j9")
    for path in ("/v1/jobs/j9", "/v1/jobs/j9/events"):
        answer = await asking.get(path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


async def test_watching_sees_every_change_and_ends_with_the_job(reporter: JobReporter, redis: Redis) -> None:
    reporter.queued()
    seen: list[Job] = []
    steps = [lambda: reporter.stage("read", 2), lambda: reporter.advance(1), lambda: reporter.finish()]
    async for job in watch_job(redis, SEAL, "j1", interval=0.01):
        seen.append(job)
        if steps:
            steps.pop(0)()
    assert [(job.state, job.done) for job in seen] == [("queued", 0), ("running", 0), ("running", 1), ("done", 1)]


async def test_watching_repeats_itself_when_nothing_changes(reporter: JobReporter, redis: Redis) -> None:
    reporter.queued()
    watching = watch_job(redis, SEAL, "j1", interval=0.01, repeat=0.05)
    async with asyncio.timeout(10):
        assert await anext(watching) == await anext(watching)
    await watching.aclose()  # type: ignore[attr-defined]


async def test_the_stream_of_events_ends_with_the_job(reporter: JobReporter, asking: httpx.AsyncClient) -> None:
    reporter.stage("read", total=2)

    async def work() -> None:
        await asyncio.sleep(0)
        reporter.advance(2)
        reporter.finish(rows=2)

    answer, _ = await asyncio.gather(asking.get("/v1/jobs/j1/events"), work())
    events = [json.loads(line.removeprefix("data: ")) for line in answer.text.splitlines() if line]
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert events[-1]["state"] == "done"
    assert (await asking.get("/v1/jobs/j1")).json() == events[-1]


def test_the_stream_says_something_before_a_client_gives_up(settings: Settings) -> None:
    assert settings.request_timeout.total_seconds() > 2 * http.HEARTBEAT
