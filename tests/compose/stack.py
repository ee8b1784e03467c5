"""The whole stack in containers, for tests: built, started, inspected, and removed without a trace."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from cli.secrets import create
from cli.stack.ports import free_port
from shared.settings import Settings
from tests.compose.project import BASE, Project

TINY = Path(__file__).with_name("docker-compose.tiny.yml")
SERVICES = ("ingest", "trainer", "inference", "retrieval", "feedback")
BUILD_S, START_S, STOP_S = 2400, 600, 180


@dataclass(frozen=True)
class Stack:
    """A running project; ``settings`` reach its published APIs."""

    project: Project
    settings: Settings
    prometheus: str

    def containers(self) -> dict[str, dict[str, Any]]:
        """What the engine says of every container, jobs that ended included, by service."""
        ids = self.project.run("ps", "--all", "--quiet").split()
        done = subprocess.run(["docker", "inspect", *ids], capture_output=True, text=True, check=True, timeout=60)
        return {c["Config"]["Labels"]["com.docker.compose.service"]: c for c in json.loads(done.stdout)}

    def execute(self, service: str, *command: str) -> str:
        return self.project.run("exec", "-T", service, *command)

    def query(self, expression: str) -> list[dict[str, Any]]:
        """An instant query of the stack's Prometheus."""
        response = httpx.get(f"{self.prometheus}/api/v1/query", params={"query": expression}, timeout=10)
        result: list[dict[str, Any]] = response.raise_for_status().json()["data"]["result"]
        return result


@contextmanager
def running(folder: Path, model: Path, bot_token: str, bot_api_url: str) -> Iterator[Stack]:
    """Build and start everything; remove it all at the end, volumes too.

    Args:
        folder: for the secrets and the logs.
        model: what BASE_MODEL is to be.
    """
    names = [f"{name.upper()}_PORT" for name in (*SERVICES, "prometheus")]
    ports = {name: str(free_port()) for name in names}
    create(folder / "secrets", given={"bot_token": bot_token, "hf_token": ""}, mode=0o644)
    environment = {
        "CONTAINER_SECRETS": str(folder / "secrets"),
        "TINY_MODEL": str(model),
        "BASE_MODEL": "/models/tiny",
        "EMBEDDING_MODEL": "",
        "BOT_API_URL": bot_api_url,
        "PERSONA": "",
        **ports,
    }
    project = Project((BASE, TINY), f"anselm-test-{secrets.token_hex(3)}", environment)
    try:
        project.run("build", "--quiet", seconds=BUILD_S)
        project.run("up", "--detach", "--wait", "--wait-timeout", str(START_S), seconds=START_S + 60)
        yield Stack(project, _settings(folder / "secrets", ports), f"http://127.0.0.1:{ports['PROMETHEUS_PORT']}")
    finally:
        (folder / "containers.log").write_text(project.run("logs", "--no-color", "--timestamps"))
        project.run("--profile", "*", "down", "--volumes", "--timeout", "10", seconds=STOP_S)


def _settings(folder: Path, ports: dict[str, str]) -> Settings:
    urls = {f"{name}_url": f"http://127.0.0.1:{ports[f'{name.upper()}_PORT']}" for name in SERVICES}
    return Settings(_env_file=None, service_token=(folder / "service_token").read_text(), **urls)  # type: ignore[arg-type]


def leftovers(project: Project) -> str:
    """Containers, volumes and networks of a project that are still there."""
    label = f"label=com.docker.compose.project={project.name}"
    kinds = (["ps", "--all"], ["volume", "ls"], ["network", "ls"])
    listed = (
        subprocess.run(["docker", *kind, "--quiet", "--filter", label], capture_output=True, text=True, env=os.environ)
        for kind in kinds
    )
    return "".join(done.stdout for done in listed)
