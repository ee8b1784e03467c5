"""A PostgreSQL for a benchmark, with every migration, and a Valkey: started for it, and gone afterwards."""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from cli.stack import ports, postgres, valkey
from shared import processes
from shared.migrations.run import migrate
from shared.settings import Settings
from shared.waiting import wait_until

PASSWORD = "benchmark-only"


@contextmanager
def database_settings() -> Iterator[Settings]:
    """Settings that lead to a fresh database with the server's own defaults (durable writes included)."""
    folder = Path(tempfile.mkdtemp(prefix="anselm-bench-", dir="/var/tmp"))
    folder.chmod(0o755)
    port = ports.free_port()
    postgres.prepare(folder / "postgres", PASSWORD)
    with (folder / "postgres.log").open("wb") as log:
        server = processes.start(postgres.command(folder / "postgres", port), user=postgres.system_user(), output=log)
        try:
            wait_until(lambda: postgres.is_ready(port, PASSWORD), seconds=60, what="PostgreSQL")
            postgres.create_database(port, PASSWORD)
            settings = Settings(
                _env_file=None,
                anselm_home=folder,
                database_url=postgres.url(port),
                postgres_password=SecretStr(PASSWORD),
            )
            migrate(settings)
            yield settings
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def valkey_settings(settings: Settings) -> Iterator[Settings]:
    """The same settings with a fresh Valkey."""
    folder, port = settings.anselm_home / "valkey", ports.free_port()
    valkey.prepare(folder, port, PASSWORD)
    with (settings.anselm_home / "valkey.log").open("wb") as log:
        server = processes.start(valkey.command(folder), output=log)
        try:
            wait_until(lambda: valkey.is_ready(port, PASSWORD), seconds=60, what="Valkey")
            yield settings.model_copy(update={"redis_url": valkey.url(port), "redis_password": SecretStr(PASSWORD)})
        finally:
            server.terminate()
            server.wait(30)
