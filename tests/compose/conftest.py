"""The stack in containers, once for all tests of this folder that need it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.stack.ports import free_port
from tests.compose import stack as containers
from tests.compose.project import engine_is_missing
from tests.peers import tiny_model
from tests.peers.bot_api import TOKEN


@pytest.fixture(scope="session")
def bot_api_port() -> int:
    return free_port()


@pytest.fixture(scope="session")
def stack(bot_api_port: int, request: pytest.FixtureRequest) -> Iterator[containers.Stack]:
    if why := engine_is_missing():
        pytest.skip(why)
    folder = Path(tempfile.mkdtemp(prefix="anselm-compose-", dir="/var/tmp"))
    model = tiny_model.make(folder / "tiny")
    for path in (model, *model.iterdir()):  # read by the containers' user
        path.chmod(0o755 if path.is_dir() else 0o644)
    bot_api = f"http://host.docker.internal:{bot_api_port}"
    with containers.running(folder, model, TOKEN, bot_api) as running:
        yield running
    assert containers.leftovers(running.project) == ""
    if not request.session.testsfailed:
        shutil.rmtree(folder)
