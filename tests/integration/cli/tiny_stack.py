"""The embedded stack with the real engines and, in place of the services, processes that are ready at once.

``parent`` starts a child in a session of its own, as a training stage does. ``stubborn`` ignores SIGTERM.
"""

from __future__ import annotations

import sys

from cli import secrets
from cli.settings import load, secrets_folder
from cli.stack import run as stack
from cli.stack.settings import StackSettings
from cli.stack.units import SERVICES, WORKERS, Unit
from shared.errors import AnselmError
from shared.settings import Settings

PARENT = """
import signal, sys, time
from shared import processes
child = processes.start([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""

STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""


def applications(settings: StackSettings) -> list[Unit]:
    logs = settings.anselm_home / "logs"
    return [
        Unit("parent", (sys.executable, "-c", PARENT), SERVICES, lambda: spoke(logs / "parent.log")),
        Unit("stubborn", (sys.executable, "-c", STUBBORN), WORKERS, lambda: spoke(logs / "stubborn.log")),
    ]


def spoke(log) -> str:
    return "" if log.read_text().strip() else "silent"


if __name__ == "__main__":
    home = Settings().anselm_home
    stack.make_home(home)
    secrets.create(secrets_folder(home))
    try:
        stack.run(
            load(StackSettings),
            say=lambda line: print(line, flush=True),
            show=lambda entries: None,
            ready=lambda entries: print("ready", flush=True),
            applications=applications,
        )
    except AnselmError as error:
        sys.exit(f"error: {error}")
