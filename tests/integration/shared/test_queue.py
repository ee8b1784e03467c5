from __future__ import annotations

import base64
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from celery import Celery
from pydantic import SecretStr
from redis import Redis

from cli.stack import ports
from shared import processes
from shared.errors import Unavailable
from shared.queue import QUEUES, enqueue, make_queue
from shared.settings import Settings
from shared.waiting import wait_until

Start = Callable[..., subprocess.Popen[bytes]]
LEASE = 3.0


@pytest.fixture
def broker(settings: Settings) -> Iterator[Redis]:
    with Redis.from_url(settings.broker_url) as redis:
        redis.flushdb()
        yield redis


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "worker.log"


@pytest.fixture
def start(settings: Settings, broker: Redis, log: Path) -> Iterator[Start]:
    """Starts workers of ``worker_app`` on queue cpu; ends them all."""
    started: list[subprocess.Popen[bytes]] = []
    environment = {
        **os.environ,
        "REDIS_URL": settings.redis_url,
        "REDIS_PASSWORD": settings.redis_password.get_secret_value(),
        "SERVICE_TOKEN": settings.service_token.get_secret_value(),
        "TEST_LEASE": str(LEASE),
    }

    def start(pool: str = "prefork") -> subprocess.Popen[bytes]:
        node = f"{secrets.token_hex(4)}@tested"
        command = [sys.executable, "-m", "celery", "-A", "tests.integration.shared.worker_app:queue", "worker"]
        options = ["-Q", "cpu", "-P", pool, "-c", "1", "-n", node, "--without-mingle", "--without-gossip"]
        with log.open("ab") as output:
            started.append(processes.start([*command, *options], env=environment, output=output))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def items(broker: Redis, key: str) -> list[int]:
    return [int(item) for item in broker.lrange(key, 0, -1)]  # type: ignore[union-attr]


def wait_for(broker: Redis, key: str, number: int, seconds: float = 60) -> list[int]:
    wait_until(lambda: len(items(broker, key)) >= number, seconds=seconds, what=f"{number} in {key}")
    return items(broker, key)


@pytest.fixture
def queue(settings: Settings):  # type: ignore[no-untyped-def]
    return make_queue("tested", settings)


def test_a_task_is_done_once_and_leaves_nothing(queue, start: Start, broker: Redis) -> None:  # type: ignore[no-untyped-def]
    broker.set("release:a", 1)
    enqueue(queue, "tested.hold", "cpu", name="a")
    start()
    wait_for(broker, "ended:a", 1)
    wait_until(lambda: not broker.exists("unacked"), seconds=60, what="the acknowledgement")
    assert broker.llen("cpu") == 0
    assert len(items(broker, "begun:a")) == 1


def test_a_task_whose_process_is_killed_is_delivered_again(queue, start: Start, broker: Redis) -> None:  # type: ignore[no-untyped-def]
    enqueue(queue, "tested.hold", "cpu", name="a")
    start()
    (first,) = wait_for(broker, "begun:a", 1)
    os.kill(first, signal.SIGKILL)
    _, second = wait_for(broker, "begun:a", 2)
    assert second != first
    broker.set("release:a", 1)
    assert wait_for(broker, "ended:a", 1) == [second]


def test_a_task_whose_whole_worker_is_killed_goes_to_another(queue, start: Start, broker: Redis) -> None:  # type: ignore[no-untyped-def]
    enqueue(queue, "tested.hold", "cpu", name="a")
    worker = start()
    (child,) = wait_for(broker, "begun:a", 1)
    worker.kill()
    os.kill(child, signal.SIGKILL)
    broker.set("release:a", 1)
    start()
    wait_for(broker, "ended:a", 1)


@pytest.mark.parametrize("pool", ["prefork", "solo"])
def test_a_task_longer_than_the_lease_is_not_given_out_twice(queue, start: Start, broker: Redis, pool: str) -> None:  # type: ignore[no-untyped-def]
    enqueue(queue, "tested.hold", "cpu", name="long")
    start(pool)
    wait_for(broker, "begun:long", 1)
    start()
    broker.set("release:probe", 1)
    enqueue(queue, "tested.hold", "cpu", name="probe")
    wait_for(broker, "ended:probe", 1)
    over = time.monotonic() + 3 * LEASE
    wait_until(lambda: time.monotonic() > over, seconds=4 * LEASE, what="three leases")
    assert len(items(broker, "begun:long")) == 1
    broker.set("release:long", 1)
    wait_for(broker, "ended:long", 1)


def test_workers_log_as_services_do_without_text(queue, start: Start, broker: Redis, log: Path) -> None:  # type: ignore[no-untyped-def]
    broker.set("release:a", 1)
    enqueue(queue, "tested.fail", "cpu", text="what somebody wrote")
    enqueue(queue, "tested.hold", "cpu", name="a", text="what somebody wrote")
    start()
    wait_for(broker, "ended:a", 1)
    wait_until(lambda: "succeeded" in log.read_text(), seconds=60, what="the log line")
    output = log.read_text()
    assert "tested.fail" in output
    assert "ValueError" in output
    assert "worker_app.py" in output
    assert "somebody" not in output
    assert '"service": "tested"' in output


def test_a_dead_redis_takes_no_work_and_says_so_at_once(settings: Settings) -> None:
    dead = settings.model_copy(update={"redis_url": f"redis://127.0.0.1:{ports.free_port()}/0"})
    began = time.monotonic()
    with pytest.raises(Unavailable, match="Redis does not take new work"):
        enqueue(make_queue("tested", dead), "tested.hold", "cpu", name="a")
    assert time.monotonic() - began < 5


def test_a_redis_that_neither_takes_nor_refuses_is_given_up(settings: Settings) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)
        mute = settings.model_copy(update={"redis_url": f"redis://127.0.0.1:{silent.getsockname()[1]}/0"})
        began = time.monotonic()
        with pytest.raises(Unavailable):
            enqueue(make_queue("tested", mute), "tested.hold", "cpu", name="a")
        assert time.monotonic() - began < 30


def test_a_refused_password_leaves_nothing_on_the_queue(settings: Settings, broker: Redis) -> None:
    wrong = settings.model_copy(update={"redis_password": type(settings.redis_password)("wrong")})
    with pytest.raises(Unavailable):
        enqueue(make_queue("tested", wrong), "tested.hold", "cpu", name="a")
    assert [broker.llen(name) for name in QUEUES] == [0] * len(QUEUES)


def test_what_is_queued_shows_no_arguments_in_its_headers(queue, broker: Redis) -> None:  # type: ignore[no-untyped-def]
    enqueue(queue, "tested.hold", "cpu", name="what somebody wrote")
    (raw,) = broker.lrange("cpu", 0, -1)  # type: ignore[misc]
    assert "somebody" not in json.dumps(json.loads(raw)["headers"])


def test_nobody_reads_a_task_in_redis(queue, broker: Redis) -> None:  # type: ignore[no-untyped-def]
    enqueue(queue, "tested.hold", "cpu", name="a", text="nightboat")
    (raw,) = broker.lrange("cpu", 0, -1)  # type: ignore[misc]
    message = json.loads(raw)
    assert "nightboat" not in raw.decode() + base64.b64decode(message["body"]).decode()
    assert message["headers"]["kwargsrepr"] == "{...}"


def test_a_task_that_cannot_be_opened_is_dropped_and_not_quoted(  # type: ignore[no-untyped-def]
    settings: Settings, queue, start: Start, broker: Redis, log: Path
) -> None:
    """One of another token, a damaged one, and one that nobody sealed; what comes after them is done."""
    foreign = make_queue("foreign", settings.model_copy(update={"service_token": SecretStr("another token")}))
    enqueue(foreign, "tested.hold", "cpu", name="foreign", text="nightboat")
    plain = Celery("plain", broker=settings.broker_url)
    plain.send_task("tested.hold", kwargs={"name": "plain", "text": "nightboat"}, queue="cpu", serializer="json")
    enqueue(queue, "tested.hold", "cpu", name="damaged", text="nightboat")
    damaged = json.loads(broker.lpop("cpu"))  # type: ignore[arg-type]
    damaged["body"] = base64.b64encode(base64.b64decode(damaged["body"])[::-1]).decode()
    broker.lpush("cpu", json.dumps(damaged))
    broker.set("release:last", 1)
    enqueue(queue, "tested.hold", "cpu", name="last")
    start()
    wait_for(broker, "ended:last", 1)
    wait_until(lambda: not broker.exists("unacked"), seconds=60, what="the acknowledgements")
    assert [broker.exists(f"begun:{name}") for name in ("foreign", "plain", "damaged")] == [0, 0, 0]
    written = log.read_text()
    assert written.count("A message of the queue was dropped") == 3
    assert "nightboat" not in written
    assert base64.b64encode(b'[[], {"name": "plain"').decode()[:20] not in written
