"""Starts the processes of the embedded stack in order of health, watches them, and stops them without a trace."""

from __future__ import annotations

import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from types import FrameType

import psutil

from cli.stack import state, stopping
from cli.stack.units import Unit
from shared import processes
from shared.errors import Unavailable
from shared.settings import CHECKOUT

INTERVAL = 0.2
MINUTE = 60.0
#: A log that is longer when its process starts is put aside first.
MAX_LOG = 20 * 1024**2


class StopRequested(Exception):
    """Somebody pressed Ctrl-C or sent SIGTERM."""


@dataclass
class Child:
    """A unit and the process that runs it now."""

    unit: Unit
    log: Path
    popen: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    phase: str = "waiting"
    lacking: str = ""
    deaths: deque[float] = field(default_factory=deque)
    restarts: int = 0

    @property
    def alive(self) -> bool:
        return self.popen is not None and self.popen.poll() is None

    def entry(self) -> state.Entry:
        pid = self.popen.pid if self.popen and self.phase not in ("stopped", "dead") else None
        unit = self.unit
        return state.Entry(
            unit.name, self.phase, pid, self.started or None, unit.url, str(self.log), self.restarts, self.lacking
        )


class Supervisor:
    """Runs units as child processes, which end when this process ends, however it ends.

    Args:
        home: ANSELM_HOME; logs go to ``logs/``, the state to ``run/``.
        environment: of every process.
        say: called with one line about what happened.
        show: called whenever a process changed its state.
    """

    def __init__(
        self,
        home: Path,
        environment: Mapping[str, str],
        *,
        start_timeout: float,
        stop_timeout: float,
        restarts_per_minute: int,
        say: Callable[[str], None],
        show: Callable[[Sequence[state.Entry]], None],
    ) -> None:
        self._home = home
        self._environment = environment
        self._start_timeout = start_timeout
        self._stop_timeout = stop_timeout
        self._restarts_per_minute = restarts_per_minute
        self._say = say
        self._show = show
        self._children: list[Child] = []
        self._stop = Event()
        self._signals = 0
        self.phase = "starting"

    @property
    def entries(self) -> list[state.Entry]:
        return [child.entry() for child in self._children]

    def handle_signals(self) -> None:
        """Ctrl-C and SIGTERM end the stack; a second one does not wait for politeness."""
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, self._on_signal)

    def start(self, units: Sequence[Unit]) -> None:
        """Start units together and return when all are ready.

        Raises:
            Unavailable: one died, or was not ready in time; the message names its log.
            StopRequested: somebody does not want to wait.
        """
        (self._home / "logs").mkdir(exist_ok=True, mode=0o700)
        new = [Child(unit, self._home / "logs" / f"{unit.name}.log") for unit in units]
        self._children += new
        for child in new:
            self._launch(child)
        deadline = time.monotonic() + self._start_timeout
        awaited = [child for child in new if child.unit.awaited]
        while any(child.phase != "ready" for child in awaited):
            self._pause()
            self._reap()
            self._check(new)
            self._require_hope(awaited, deadline)

    def declare_ready(self) -> None:
        """Tell whoever reads the state that all is there."""
        self.phase = "ready"
        self._report()

    def watch(self) -> None:
        """Keep everything running until somebody asks to stop.

        Raises:
            Unavailable: a process without which nothing works has died.
            StopRequested: somebody asked.
        """
        while True:
            self._pause()
            self._reap()
            self._check(self._children)

    def stop(self) -> None:
        """Stop everything, last tier first; nothing of it runs when this returns."""
        self.phase = "stopping"
        for tier in sorted({child.unit.tier for child in self._children}, reverse=True):
            self._stop_tier([child for child in self._children if child.unit.tier == tier])
        self._report()

    def _on_signal(self, _: int, __: FrameType | None) -> None:
        self._signals += 1
        self._stop.set()

    def _pause(self) -> None:
        if self._stop.wait(INTERVAL):
            raise StopRequested

    def _launch(self, child: Child) -> None:
        child.unit.before()
        if child.log.exists() and child.log.stat().st_size > MAX_LOG:
            child.log.rename(child.log.with_suffix(".log.1"))
        child.log.touch(mode=0o600)
        with child.log.open("ab") as output:
            child.popen = processes.start(
                child.unit.command,
                env=self._environment,
                cwd=CHECKOUT if child.unit.user is None else self._home,
                output=output,
                user=child.unit.user,
                umask=0o077,
                at_parents_death=child.unit.at_parents_death,
            )
        child.started = psutil.Process(child.popen.pid).create_time()
        child.phase = "starting"
        self._report()

    def _check(self, children: Sequence[Child]) -> None:
        for child in children:
            if child.phase == "starting" and child.alive:
                lacking = child.unit.lacking()
                changed = lacking != child.lacking
                child.lacking = lacking
                child.phase = "starting" if lacking else "ready"
                if changed or not lacking:
                    self._report()

    def _reap(self) -> None:
        """Notice who died, and start them again where that may help."""
        for child in self._children:
            if child.phase in ("starting", "ready") and not child.alive:
                self._bury(child)

    def _bury(self, child: Child) -> None:
        assert child.popen is not None
        how, where = _how(child.popen.returncode), f"its log is {child.log}"
        if child.unit.essential:
            child.phase = "dead"
            raise Unavailable(f"{child.unit.name} died ({how}); {where}.", hint="Start again with: anselm up")
        now = time.monotonic()
        child.deaths = deque(t for t in (*child.deaths, now) if now - t < MINUTE)
        if len(child.deaths) > self._restarts_per_minute:
            child.phase = "dead"
            self._say(f"{child.unit.name} died ({how}) too often and stays dead; {where}")
        else:
            child.restarts += 1
            self._say(f"{child.unit.name} died ({how}); started again, {len(child.deaths)} in a minute; {where}")
            self._launch(child)
        self._report()

    def _require_hope(self, children: Sequence[Child], deadline: float) -> None:
        for child in children:
            if child.phase == "dead":
                raise Unavailable(
                    f"{child.unit.name} does not start: {_complaint(child.log)}.", hint=f"See {child.log}"
                )
            if child.phase != "ready" and time.monotonic() > deadline:
                what = f"{child.unit.name} is not ready after {self._start_timeout:g} s ({child.lacking})."
                raise Unavailable(what, hint=f"See {child.log}, or set START_TIMEOUT to more.")

    def _stop_tier(self, children: Sequence[Child]) -> None:
        targets = []
        for child in children:
            if child.alive and (process := child.entry().process()):
                targets.append(stopping.Target(process, child.unit.stop))
                child.phase = "stopping"
        self._report()
        essential = any(child.unit.essential for child in children)
        stopping.stop(targets, self._stop_timeout, lambda: self._signals > 1 and not essential)
        for child in children:
            if child.popen is not None:
                child.popen.wait()
            child.phase = "stopped" if child.phase == "stopping" else child.phase
        self._report()

    def _report(self) -> None:
        entries = self.entries
        state.write(self._home, state.State(psutil.Process().pid, self.phase, entries))
        self._show(entries)


def clean_up(home: Path, seconds: float) -> list[str]:
    """End what a killed supervisor left behind.

    Returns:
        The names of the processes that still ran.
    """
    left = state.read(home)
    found = [(entry, process) for entry in (left.entries if left else []) if (process := entry.process())]
    # The engines come first in the list, and must go last.
    for entry, process in reversed(found):
        signals = (signal.SIGINT, signal.SIGQUIT) if entry.name == "postgres" else (signal.SIGTERM,)
        stopping.stop([stopping.Target(process, signals)], seconds)
    state.remove(home)
    return [entry.name for entry, _ in found]


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _complaint(log: Path) -> str:
    """The last line of a log that speaks of an error, else its last line."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    complaints = [line for line in lines if "error" in line.lower()]
    return (complaints or lines or ["it said nothing"])[-1][:300].rstrip(".")
