"""What several kinds of test stand on: a real PostgreSQL and a real Valkey, and a fresh database each test."""

from __future__ import annotations

import secrets
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from psycopg import sql
from pydantic import SecretStr
from redis.asyncio import Redis

from cli.stack import ports, postgres, valkey
from shared import processes
from shared.database import Database
from shared.migrations.run import migrate
from shared.settings import Settings
from shared.waiting import wait_until

PASSWORD = "test-only"
TOKEN = "test-token"
TEMPLATE = "anselm_template"

# How fast examples are made is a matter of the machine, not of what is tested.
hypothesis_settings.register_profile("anselm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("anselm")


@dataclass(frozen=True)
class Engines:
    """The two servers. Valkey has 16 databases; tests take the next one and empty it."""

    postgres_port: int
    valkey_port: int


@pytest.fixture(autouse=True)
def no_plots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing a dataset costs more than building one of a test's size; the tests of reports ask for it."""
    monkeypatch.setenv("DATASET_PLOTS", "false")


@pytest.fixture(scope="session")
def public_folder() -> Iterator[Path]:
    """A folder that other users may pass: as root, PostgreSQL runs as one."""
    folder = Path(tempfile.mkdtemp(prefix="anselm-test-", dir="/var/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def engines(public_folder: Path) -> Iterator[Engines]:
    pair = Engines(ports.free_port(), ports.free_port())
    postgres.prepare(public_folder / "postgres", PASSWORD)
    valkey.prepare(public_folder / "valkey", pair.valkey_port, PASSWORD)
    with (public_folder / "engines.log").open("wb") as log:
        fast = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        running = [
            processes.start(
                postgres.command(public_folder / "postgres", pair.postgres_port, **fast),
                user=postgres.system_user(),
                output=log,
            ),
            processes.start(valkey.command(public_folder / "valkey"), output=log),
        ]
        try:
            wait_until(lambda: postgres.is_ready(pair.postgres_port, PASSWORD), seconds=30, what="PostgreSQL")
            wait_until(lambda: valkey.is_ready(pair.valkey_port, PASSWORD), seconds=30, what="Valkey")
            postgres.create_database(pair.postgres_port, PASSWORD, TEMPLATE)
            migrate(_settings(pair, public_folder, TEMPLATE, 0))
            yield pair
        finally:
            for process in running:
                process.send_signal(signal.SIGINT)
            for process in running:
                process.wait(20)


def _settings(engines: Engines, home: Path, database: str, number: int) -> Settings:
    return Settings(
        _env_file=None,
        anselm_home=home,
        database_url=postgres.url(engines.postgres_port, database),
        postgres_password=SecretStr(PASSWORD),
        redis_url=valkey.url(engines.valkey_port, number),
        redis_password=SecretStr(PASSWORD),
        service_token=SecretStr(TOKEN),
    )


@pytest.fixture
def settings(engines: Engines, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a test's own: a fresh database, an empty Valkey, an empty home.

    A service's own settings class takes them over: ``IngestSettings(**settings.model_dump())``.
    """
    name = f"test_{secrets.token_hex(6)}"
    postgres.create_database(engines.postgres_port, PASSWORD, name, TEMPLATE)
    yield _settings(engines, tmp_path, name, 1)
    with psycopg.connect(
        postgres.url(engines.postgres_port, "postgres"), password=PASSWORD, autocommit=True
    ) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings)
    yield database
    await database.close()


@pytest.fixture
async def redis(settings: Settings) -> AsyncIterator[Redis]:
    client = Redis.from_url(settings.broker_url)
    await client.flushdb()
    yield client
    await client.aclose()
