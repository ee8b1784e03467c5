"""What runs now, on disk: for `anselm status` and `anselm down`, and for the next start when this one was killed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

#: Seconds by which two readings of a process's start time may differ.
CLOCK_TOLERANCE = 2.0


@dataclass(frozen=True)
class Entry:
    """One process of the stack. ``started`` is when it started (Unix time): with the pid it is unmistakable."""

    name: str
    state: str
    pid: int | None = None
    started: float | None = None
    url: str = ""
    log: str = ""
    restarts: int = 0
    lacking: str = ""

    def process(self) -> psutil.Process | None:
        """The process, if it still is the one that was started."""
        try:
            process = psutil.Process(self.pid) if self.pid else None
            same = process is not None and abs(process.create_time() - (self.started or 0)) < CLOCK_TOLERANCE
        except psutil.NoSuchProcess:
            return None
        return process if same else None


@dataclass(frozen=True)
class State:
    """``supervisor``: pid of `anselm up`; ``phase``: starting, ready or stopping."""

    supervisor: int
    phase: str
    entries: list[Entry] = field(default_factory=list)


def write(home: Path, state: State) -> None:
    """Replace the state at once: a reader never sees half of it."""
    scratch = _file(home).with_suffix(".new")
    scratch.write_text(json.dumps(asdict(state), indent=1))
    scratch.rename(_file(home))


def read(home: Path) -> State | None:
    """The last state written; that of a stack which was killed too."""
    try:
        content = json.loads(_file(home).read_text())
    except FileNotFoundError:
        return None
    return State(content["supervisor"], content["phase"], [Entry(**entry) for entry in content["entries"]])


def remove(home: Path) -> None:
    _file(home).unlink(missing_ok=True)


def _file(home: Path) -> Path:
    return home / "run" / "stack.json"
