"""The environment of the stack's processes."""

from __future__ import annotations

from collections.abc import Mapping

from cli.settings import secrets_folder
from cli.stack import postgres, valkey
from cli.stack.ports import HOST
from cli.stack.settings import StackSettings
from cli.stack.units import SERVICE_NAMES


def addresses(settings: StackSettings) -> dict[str, str]:
    """Where everything of this stack answers, by the name of the setting that says so."""
    urls = {f"{name}_url": f"http://{HOST}:{getattr(settings, f'{name}_port')}" for name in SERVICE_NAMES}
    return urls | {
        "database_url": postgres.url(settings.postgres_port),
        "redis_url": valkey.url(settings.valkey_port),
        "model_server_url": f"http://{HOST}:{settings.model_server_port}",
    }


def environment(settings: StackSettings, inherited: Mapping[str, str]) -> dict[str, str]:
    """What a process of the stack gets: what the user set, and over it what only the stack can know."""
    # Six processes import the same large libraries: compile them once.
    inherited = {name: value for name, value in inherited.items() if name != "PYTHONDONTWRITEBYTECODE"}
    token = settings.hf_token.get_secret_value()
    return {
        # glibc's arenas, one a thread, cost each service tens of MiB and save nothing at this load.
        "MALLOC_ARENA_MAX": "2",
        "TOKENIZERS_PARALLELISM": "false",
        "PYTHONUNBUFFERED": "1",
        "OMP_NUM_THREADS": str(settings.omp_num_threads),
        # A thread that spins while it waits takes the core from whoever it waits for.
        "OMP_WAIT_POLICY": "PASSIVE",
        "SECRETS_DIR": str(secrets_folder(settings.anselm_home)),
        **inherited,
        **({"HF_TOKEN": token} if token else {}),
        "ANSELM_HOME": str(settings.anselm_home),
        "BOT_PORT": str(settings.bot_port),
        **{name.upper(): value for name, value in addresses(settings).items()},
    }
