"""What the embedded stack is made of: one unit a process, in the order of its tiers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from signal import Signals

from cli.stack import postgres, readiness, valkey
from cli.stack.ports import HOST
from cli.stack.settings import StackSettings

#: Started from the first to the last, stopped from the last to the first.
ENGINES, SERVICES, WORKERS, FRONT = range(4)

SERVICE_NAMES = ("ingest", "trainer", "inference", "retrieval", "feedback")

#: Name, Celery application, queues, and what is special: ``--beat`` where something is done by the clock.
QUEUE_WORKERS = (
    ("worker-ingest", "services.ingest.tasks:queue", ("ingest", "cpu"), ("--beat",)),
    ("worker-gpu", "services.trainer.tasks:queue", ("gpu",), ("--beat",)),
    ("worker-memory", "services.retrieval.tasks:queue", ("memory",), ("--beat",)),
    ("worker-feedback", "services.feedback.tasks:queue", ("feedback",), ("--beat", "--pool", "solo")),
)


@dataclass(frozen=True)
class Unit:
    """A process: how it starts, how one sees that it can do its job, how it stops.

    Attributes:
        lacking: what it lacks to do its job; nothing when it is ready.
        essential: without it nothing works; when it dies, everything stops.
        awaited: the stack is ready only when this is; not so where it depends on something outside.
        stop: signals to send, each after the stop timeout; SIGKILL follows.
        before: prepares a start, also one after a death.
    """

    name: str
    command: tuple[str, ...]
    tier: int
    lacking: Callable[[], str]
    url: str = ""
    essential: bool = False
    awaited: bool = True
    user: int | None = None
    stop: tuple[Signals, ...] = (Signals.SIGTERM,)
    at_parents_death: Signals = Signals.SIGTERM
    before: Callable[[], object] = field(default=lambda: None)


def engines(settings: StackSettings) -> list[Unit]:
    return [_postgres(settings), _valkey(settings)]


def applications(settings: StackSettings) -> list[Unit]:
    """Services, model server and workers; the bot too where it has a token."""
    units = [*(_service(name, settings) for name in SERVICE_NAMES), _model_server(settings)]
    units += [_worker(name, app, queues, special, settings) for name, app, queues, special in QUEUE_WORKERS]
    return [*units, _bot(settings)] if settings.bot_token.get_secret_value() else units


def _postgres(settings: StackSettings) -> Unit:
    folder, password = settings.anselm_home / "postgres", settings.postgres_password.get_secret_value()
    return Unit(
        "postgres",
        tuple(postgres.command(folder, settings.postgres_port)),
        ENGINES,
        lambda: "" if postgres.is_ready(settings.postgres_port, password) else "does not take connections",
        url=postgres.url(settings.postgres_port),
        essential=True,
        user=postgres.system_user(),
        stop=(Signals.SIGINT, Signals.SIGQUIT),
        at_parents_death=Signals.SIGINT,
        before=lambda: postgres.remove_stale_lock(folder),
    )


def _valkey(settings: StackSettings) -> Unit:
    port, password = settings.valkey_port, settings.redis_password.get_secret_value()
    return Unit(
        "valkey",
        tuple(valkey.command(settings.anselm_home / "valkey")),
        ENGINES,
        lambda: "" if valkey.is_ready(port, password) else "does not answer",
        url=valkey.url(port),
        essential=True,
    )


def _service(name: str, settings: StackSettings) -> Unit:
    port = getattr(settings, f"{name}_port")
    url = f"http://{HOST}:{port}"
    options = ["--factory", "--host", HOST, "--port", str(port), "--no-access-log", "--timeout-graceful-shutdown", "5"]
    return Unit(
        name,
        (*_python("uvicorn"), f"services.{name}.app:create_app", *options),
        SERVICES,
        lambda: readiness.service(name, url, settings),
        url=url,
    )


def _model_server(settings: StackSettings) -> Unit:
    port = settings.model_server_port
    url = f"http://{HOST}:{port}"
    return Unit(
        "model-server",
        (*_python("services.inference.model_server"), "--host", HOST, "--port", str(port)),
        SERVICES,
        lambda: readiness.model_server(url, settings),
        url=url,
    )


def _worker(
    name: str, application: str, queues: tuple[str, ...], special: tuple[str, ...], settings: StackSettings
) -> Unit:
    node = f"{name}@anselm"
    options = ["--concurrency", "1", "--without-gossip", "--without-mingle", "--loglevel", settings.log_level]
    return Unit(
        name,
        (*_python("celery"), "-A", application, "worker", "-Q", ",".join(queues), "-n", node, *options, *special),
        WORKERS,
        lambda: readiness.worker(node, settings),
        # Its pool ends with it, and each stage with the pool; the queue delivers the task again after its lease.
        at_parents_death=Signals.SIGKILL,
    )


def _bot(settings: StackSettings) -> Unit:
    url = f"http://{HOST}:{settings.bot_port}"
    return Unit(
        "bot",
        _python("services.bot.app"),
        FRONT,
        lambda: readiness.service("bot", url, settings),
        url=url,
        awaited=False,
    )


def _python(module: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module)
