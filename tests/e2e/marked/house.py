"""The real services and workers as processes, each with a log of its own, around a fake model server and registry."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from subprocess import Popen
from typing import Any

import httpx
from pydantic import SecretStr

from cli.stack.ports import HOST, free_port
from shared import processes
from shared.contracts.trainer import Route
from shared.probe import worker_missing
from shared.settings import CHECKOUT, Settings
from shared.waiting import wait_until
from tests.e2e.marked.marks import MARKS, OWNER_ID
from tests.peers.listening import listening
from tests.peers.registry import FakeRegistry
from tests.peers.vllm_server import FakeVllm, write_adapter

APPS = ("ingest", "trainer", "inference", "retrieval", "feedback")
WORKERS = {"ingest": "ingest,cpu", "retrieval": "memory", "feedback": "feedback"}
PERSONA, ADAPTER = "anselm", "anselm-v1"


@dataclass
class House:
    """What runs, and how it is reached."""

    settings: Settings
    urls: dict[str, str]
    logs: Path
    environment: dict[str, str]

    def metrics(self) -> dict[str, str]:
        """The page of every service."""
        headers = {"Authorization": f"Bearer {MARKS['service token']}"}
        pages = {name: httpx.get(f"{url}/metrics", headers=headers, timeout=20) for name, url in self.urls.items()}
        assert {page.status_code for page in pages.values()} == {200}
        return {name: page.text for name, page in pages.items()}


@contextmanager
def running(settings: Settings, bot_api: str, level: str) -> Iterator[House]:
    """Everything up, everything ready, and at the end everything gone."""
    with ExitStack() as stack:
        urls = {name: f"http://{HOST}:{free_port()}" for name in (*APPS, "bot")}
        changes: dict[str, Any] = {f"{name}_url": urls[name] for name in APPS}
        # Loading the embedding model takes a busy machine more than the usual half minute.
        changes |= {"service_token": SecretStr(MARKS["service token"]), "request_timeout": timedelta(minutes=2)}
        own = settings.model_copy(update=changes)
        logs = settings.anselm_home / "logs"
        logs.mkdir(parents=True)
        registry, vllm = FakeRegistry(), FakeVllm(script=_reply)
        registry.promote(_route(settings.anselm_home / ADAPTER))
        environment = _environment(own, urls, bot_api, level)
        peers = {
            "TRAINER_URL": stack.enter_context(listening(registry.app)),
            "MODEL_SERVER_URL": stack.enter_context(listening(vllm.app)),
            "BACKEND": "vllm",
        }
        house = House(own, urls, logs, environment)
        for name in APPS:
            port = urls[name].rpartition(":")[2]
            command = ["uvicorn", f"services.{name}.app:create_app", "--factory", "--port", port, "--no-access-log"]
            stack.enter_context(_process(house, name, command, peers if name == "inference" else {}))
        for name, queues in WORKERS.items():
            options = ["-Q", queues, "-n", f"{name}@marked", "--concurrency", "1", "--loglevel", level]
            command = ["celery", "-A", f"services.{name}.tasks:queue", "worker", *options, "--without-mingle"]
            stack.enter_context(_process(house, f"worker-{name}", command))
        stack.enter_context(_process(house, "bot", ["services.bot.app"]))
        for url in urls.values():
            wait_until(lambda url=url: _answers(url), seconds=120, what=url)  # type: ignore[misc]
        for name in WORKERS:
            wait_until(lambda name=name: not worker_missing(f"{name}@marked", own, 1), seconds=120, what=name)  # type: ignore[misc]
        yield house


async def _reply(body: dict[str, Any]) -> AsyncIterator[str]:
    """What the tester said, word for word, with a mark of its own: as a persona that parrots would."""
    for word in f"{MARKS['reply of the persona']} {body['messages'][-1]['content']}".split():
        yield word + " "


def _route(folder: Path) -> Route:
    path = str(write_adapter(folder))
    return Route(
        persona=PERSONA,
        adapter=ADAPTER,
        base_model="base",
        adapter_path=path,
        merged_path=None,
        system_prompt="Be Ada.",
    )


def _environment(own: Settings, urls: dict[str, str], bot_api: str, level: str) -> dict[str, str]:
    given = {
        "ANSELM_HOME": str(own.anselm_home),
        "DATABASE_URL": own.database_url,
        "POSTGRES_PASSWORD": own.postgres_password.get_secret_value(),
        "REDIS_URL": own.redis_url,
        "REDIS_PASSWORD": own.redis_password.get_secret_value(),
        "SERVICE_TOKEN": MARKS["service token"],
        "LOG_LEVEL": level,
        "MIN_EXAMPLES": "3",
        "BOT_TOKEN": MARKS["bot token"],
        "BOT_API_URL": bot_api,
        "BOT_PORT": urls["bot"].rpartition(":")[2],
        "BOT_TYPING_PAUSES": "false",
        "BOT_MESSAGES_PER_MINUTE": "6",
        "OWNER_TELEGRAM_ID": str(OWNER_ID),
        "OMP_NUM_THREADS": "1",
    }
    return {**os.environ, **given, **{f"{name.upper()}_URL": urls[name] for name in APPS}}


@contextmanager
def _process(house: House, name: str, module: list[str], more: dict[str, str] | None = None) -> Iterator[Popen[bytes]]:
    with (house.logs / f"{name}.log").open("wb") as output:
        environment = house.environment | (more or {})
        command = [sys.executable, "-m", *module]
        process = processes.start(command, env=environment, cwd=CHECKOUT, output=output)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", timeout=2).status_code == 200
    except httpx.TransportError:
        return False
