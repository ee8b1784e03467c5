"""Ends processes and everything that they started, politely first."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Target:
    """A process and the signals to try, one after the other, before SIGKILL."""

    process: psutil.Process
    signals: tuple[signal.Signals, ...] = (signal.SIGTERM,)


def stop(
    targets: Iterable[Target], seconds: float, impatient: Callable[[], bool] = lambda: False
) -> list[psutil.Process]:
    """Stop every target; when it returns, none of them nor of their descendants runs.

    Args:
        seconds: how long each signal is given to work.
        impatient: asked while waiting; once it says so, SIGKILL follows at once.

    Returns:
        Those that had to be killed.
    """
    remaining = {target.process: list(target.signals) for target in targets}
    trees = {process: _descendants(process) for process in remaining}
    while any(remaining.values()):
        for process, signals in remaining.items():
            if signals:
                _send(process, signals.pop(0))
        _wait([*remaining, *_all(trees)], seconds, impatient)
        remaining = {process: signals for process, signals in remaining.items() if is_alive(process)}
    return _kill({*trees, *_all(trees), *(child for process in trees for child in _descendants(process))})


def is_alive(process: psutil.Process) -> bool:
    """Does it still run? A zombie, which only waits to be noticed, does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _wait(processes: list[psutil.Process], seconds: float, impatient: Callable[[], bool] = lambda: False) -> None:
    deadline = time.monotonic() + seconds
    while any(map(is_alive, processes)) and time.monotonic() < deadline and not impatient():
        time.sleep(0.05)


def _kill(processes: set[psutil.Process]) -> list[psutil.Process]:
    killed = [process for process in processes if is_alive(process)]
    for process in killed:
        _send(process, signal.SIGKILL)
    _wait(killed, seconds=5)
    return killed


def _send(process: psutil.Process, signum: signal.Signals) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(signum)


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        found: list[psutil.Process] = process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    return found


def _all(trees: dict[psutil.Process, list[psutil.Process]]) -> list[psutil.Process]:
    return [child for children in trees.values() for child in children]
