"""The embedded stack from start to end: prepare, start in order of health, watch, stop."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import ByteSize

from cli.settings import addresses_file
from cli.stack import lock, ports, postgres, state, units, valkey
from cli.stack.environment import addresses, environment
from cli.stack.settings import StackSettings
from cli.stack.supervisor import StopRequested, Supervisor, clean_up
from cli.stack.units import Unit
from shared.errors import Invalid, StorageFull
from shared.migrations.run import migrate
from shared.settings import Settings


def run(
    settings: StackSettings,
    *,
    say: Callable[[str], None],
    show: Callable[[Sequence[state.Entry]], None],
    ready: Callable[[Sequence[state.Entry]], None],
    applications: Callable[[StackSettings], list[Unit]] = units.applications,
) -> None:
    """Run the stack until Ctrl-C or SIGTERM.

    Args:
        say: called with one line about what happened.
        show: called whenever a process changed its state.
        ready: called once, when every process is ready.
        applications: what runs beside PostgreSQL and Valkey.

    Raises:
        Conflict: a stack runs in this home, or a port is taken. Nothing was started.
        StorageFull: less than MIN_FREE_DISK is free. Nothing was started.
        Unavailable: a process did not become ready, or PostgreSQL or Valkey died. Everything was stopped.
    """
    home = settings.anselm_home
    make_home(home)
    with lock.hold(home):
        if left := clean_up(home, settings.stop_timeout.total_seconds()):
            say(f"ended what an earlier stack had left: {', '.join(left)}")
        _require_room(home, settings.min_free_disk)
        for setting, port in settings.ports.items():
            ports.require_free(port, setting.removesuffix("_port").replace("_", " "), setting.upper())
        here = settings.model_copy(update={k: v for k, v in addresses(settings).items() if k in Settings.model_fields})
        supervisor = _supervisor(here, say, show)
        supervisor.handle_signals()
        try:
            _start(supervisor, here, applications)
            supervisor.declare_ready()
            ready(supervisor.entries)
            supervisor.watch()
        except StopRequested:
            say("stopping")
        finally:
            supervisor.stop()
            state.remove(home)


def make_home(home: Path) -> None:
    """The folder of all state: private, but for root passable, because PostgreSQL then runs as another user.

    Raises:
        Invalid: it cannot be made or written.
    """
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
        (home / "run").mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        raise Invalid(
            f"{home} cannot be made ({error.strerror}).", hint="Set ANSELM_HOME to another folder."
        ) from error
    if not os.access(home / "run", os.W_OK):
        raise Invalid(f"{home} is not writable for this user.", hint="Set ANSELM_HOME to another folder.")


def _start(
    supervisor: Supervisor, settings: StackSettings, applications: Callable[[StackSettings], list[Unit]]
) -> None:
    home, password = settings.anselm_home, settings.postgres_password.get_secret_value()
    postgres.prepare(home / "postgres", password)
    valkey.prepare(home / "valkey", settings.valkey_port, settings.redis_password.get_secret_value())
    supervisor.start(units.engines(settings))
    postgres.create_database(settings.postgres_port, password)
    migrate(settings)
    _publish(home, addresses(settings))
    supervisor.start(applications(settings))


def _supervisor(
    settings: StackSettings, say: Callable[[str], None], show: Callable[[Sequence[state.Entry]], None]
) -> Supervisor:
    return Supervisor(
        settings.anselm_home,
        environment(settings, os.environ),
        start_timeout=settings.start_timeout.total_seconds(),
        stop_timeout=settings.stop_timeout.total_seconds(),
        restarts_per_minute=settings.restarts_per_minute,
        say=say,
        show=show,
    )


def _publish(home: Path, urls: dict[str, str]) -> None:
    addresses_file(home).write_text(json.dumps(urls, indent=1))


def _require_room(home: Path, needed: ByteSize) -> None:
    free = ByteSize(shutil.disk_usage(home).free)
    if free < needed:
        what = f"Only {free.human_readable()} are free where {home} is, and {needed.human_readable()} are needed."
        raise StorageFull(what, hint="Free some space, set ANSELM_HOME to another disk, or set MIN_FREE_DISK to less.")
