"""The embedded stack on the tiny model, as `anselm up` runs it."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import psutil

from cli.settings import CliSettings, load, secrets_folder
from cli.stack import detached, state
from cli.stack.run import make_home
from cli.stack.settings import StackSettings
from shared.settings import CHECKOUT


@dataclass(frozen=True)
class Stack:
    """A running stack and the settings that find it."""

    home: Path
    settings: CliSettings

    def process(self, name: str) -> psutil.Process:
        """The process of that name, as it runs now."""
        current = state.read(self.home)
        assert current is not None
        found = next(entry.process() for entry in current.entries if entry.name == name)
        assert found is not None, f"{name} does not run"
        return found

    def kill(self, name: str) -> None:
        """Kill a process and everything below it, as the kernel would when memory runs out."""
        root = self.process(name)
        for process in (root, *root.children(recursive=True)):
            process.send_signal(signal.SIGKILL)

    def anselm(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the command line against this stack."""
        command = [sys.executable, "-m", "cli.main", *arguments]
        return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=300, check=False)


@contextmanager
def running(home: Path, base_model: Path) -> Iterator[Stack]:
    """Start everything in ``home``, stop it at the end, and leave no process behind."""
    own = {
        "ANSELM_HOME": str(home),
        "ANSELM_PORT_BASE": str(20_000 + 20 * secrets.randbelow(500)),
        "BASE_MODEL": str(base_model),
        "SECRETS_DIR": str(secrets_folder(home)),
        "BOT_TOKEN": "",
        # To a model of random weights some secrets are likely by nature.
        "GATE_EXPOSURE": "29",
    }
    with patch.dict(os.environ, own):
        make_home(home)
        settings = load(StackSettings)
        detached.start(settings, show=lambda _: None, tied=True)
        current = state.read(home)
        assert current is not None
        everything = psutil.Process(current.supervisor).children(recursive=True)
        try:
            yield Stack(home, load(CliSettings))
        finally:
            detached.stop(settings, show=lambda _: None)
        _, alive = psutil.wait_procs(everything, timeout=10)
        assert not alive, f"still there: {alive}"
