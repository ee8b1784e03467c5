"""The stack in the background: started and stopped from another process, through the state that it writes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from cli.stack import lock, state
from cli.stack.settings import StackSettings
from cli.stack.supervisor import clean_up
from shared import processes
from shared.errors import Unavailable
from shared.settings import CHECKOUT

INTERVAL = 0.2
Show = Callable[[Sequence[state.Entry]], None]


def start(settings: StackSettings, *, show: Show, tied: bool = False) -> list[state.Entry]:
    """Run `anselm up` in the background and return when everything is ready.

    Args:
        tied: it ends when this process ends.

    Raises:
        Unavailable: it ended; the message is its last line.
    """
    log = settings.anselm_home / "logs" / "supervisor.log"
    log.parent.mkdir(exist_ok=True, mode=0o700)
    with log.open("ab") as output:
        began = output.tell()
        process = _spawn({**os.environ, "ANSELM_HOME": str(settings.anselm_home)}, output, tied=tied)
    while process.poll() is None:
        current = state.read(settings.anselm_home)
        if current is not None and current.supervisor == process.pid:
            show(current.entries)
            if current.phase == "ready":
                return current.entries
        time.sleep(INTERVAL)
    raise Unavailable(_reason(log, began))


def _spawn(env: dict[str, str], output: IO[bytes], *, tied: bool) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "cli.main", "up"]
    if tied:
        return processes.start(command, env=env, cwd=CHECKOUT, output=output)
    return subprocess.Popen(
        command, env=env, cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
    )


def stop(settings: StackSettings, *, show: Show) -> list[str]:
    """Stop the stack of this home, or what is left of one that was killed.

    Returns:
        The names of the processes that ran.

    Raises:
        Unavailable: its supervisor does not stop.
    """
    home, seconds = settings.anselm_home, settings.stop_timeout.total_seconds()
    current = state.read(home)
    if current is None or not lock.is_held(home):
        return clean_up(home, seconds)
    os.kill(current.supervisor, signal.SIGTERM)
    deadline = time.monotonic() + 10 * seconds
    while lock.is_held(home):
        if time.monotonic() > deadline:
            raise Unavailable(f"The stack (pid {current.supervisor}) does not stop.", hint=f"See {home / 'logs'}.")
        show(latest.entries if (latest := state.read(home)) else [])
        time.sleep(INTERVAL)
    return [entry.name for entry in current.entries if entry.pid]


def _reason(log: Path, began: int) -> str:
    with log.open("rb") as file:
        file.seek(began)
        lines = [line for line in file.read().decode(errors="replace").splitlines() if line.strip()]
    return lines[-1].removeprefix("error: ") if lines else "The stack ended without a word."
