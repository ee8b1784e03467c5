"""A Compose project as the tests drive it: through the docker command, as its user would."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BASE = ROOT / "docker-compose.yml"
GPU = ROOT / "docker-compose.gpu.yml"
TELEGRAM = ROOT / "docker-compose.telegram.yml"


@dataclass(frozen=True)
class Project:
    """``files`` as given with ``-f``; ``environment`` over this process's own."""

    files: tuple[Path, ...] = (BASE,)
    name: str = "anselm-test"
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, seconds: float = 60) -> str:
        """Run ``docker compose ...``; its standard output.

        Raises:
            AssertionError: it failed; the message has the end of what it said.
        """
        files = [part for file in self.files for part in ("-f", str(file))]
        command = ["docker", "compose", "--project-name", self.name, *files, *arguments]
        environment = {**os.environ, "COMPOSE_PROFILES": "", **self.environment}
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=seconds)
        assert done.returncode == 0, f"{' '.join(arguments)}: {(done.stderr or done.stdout)[-4000:]}"
        return done.stdout

    def config(self) -> dict[str, Any]:
        """The merged configuration, as the engine gets it."""
        content: dict[str, Any] = json.loads(self.run("config", "--format", "json"))
        return content


def compose_is_missing() -> str:
    """Why no Compose file can be read here; nothing when one can."""
    return _failure(["docker", "compose", "version"], "needs the docker command with Compose v2")


def engine_is_missing() -> str:
    """Why no container can be started here; nothing when one can."""
    return compose_is_missing() or _failure(["docker", "info"], "needs a Docker Engine")


def _failure(command: list[str], what: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, timeout=30, check=False)
    except OSError:
        return what
    return what if done.returncode else ""
