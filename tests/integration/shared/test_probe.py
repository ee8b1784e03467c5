from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from pydantic import SecretStr

from cli.stack import ports
from shared.errors import Unavailable
from shared.http import make_app
from shared.settings import Settings
from shared.waiting import wait_until

TOKEN = "token-of-the-tests"


async def broken() -> None:
    raise Unavailable("The model server does not answer.")


async def fine() -> None: ...


@pytest.fixture(params=[fine, broken], ids=["fine", "broken"])
def service(request: pytest.FixtureRequest) -> Iterator[tuple[int, bool]]:
    """A service's port, and whether it is ready."""
    settings = Settings(_env_file=None, service_token=SecretStr(TOKEN))
    port = ports.free_port()
    app = make_app("tested", settings, routers=[], ready={"model": request.param})
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_until(lambda: server.started, seconds=60, what="the server")
    yield port, request.param is fine
    server.should_exit = True
    thread.join()


def probe(port: int, token: str = TOKEN) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "shared.probe", "ingest", f"http://127.0.0.1:{port}"]
    environment = {**os.environ, "SERVICE_TOKEN": token}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_exit_status_says_whether_a_service_is_ready(service: tuple[int, bool]) -> None:
    port, ready = service
    result = probe(port)
    assert (result.returncode == 0) is ready
    assert result.stderr.strip().splitlines() == ([] if ready else ["model: The model server does not answer."])


def test_the_reason_of_a_refusal_is_told(service: tuple[int, bool]) -> None:
    result = probe(service[0], token="wrong")
    assert result.returncode == 1
    assert "token" in result.stderr


def test_nobody_there_is_told() -> None:
    result = probe(ports.free_port())
    assert (result.returncode, result.stderr.strip()) == (1, "ingest: does not answer")
