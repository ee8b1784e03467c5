"""How much memory a set of process trees takes at most."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

import psutil

GIB = 1024**3


class PeakMemory:
    """Samples the proportional set size of process trees, in which shared pages count once. A context manager.

    Args:
        roots: the pids of the trees, asked for at every sample.
        interval: seconds between samples.
    """

    def __init__(self, roots: Callable[[], Iterable[int]], interval: float = 1.0) -> None:
        self._roots = roots
        self._interval = interval
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.peak = 0

    @property
    def gib(self) -> float:
        return self.peak / GIB

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._interval):
            self.peak = max(self.peak, sum(map(_size, _trees(self._roots()))))


def _trees(roots: Iterable[int]) -> set[psutil.Process]:
    found: set[psutil.Process] = set()
    for pid in roots:
        try:
            process = psutil.Process(pid)
            found |= {process, *process.children(recursive=True)}
        except psutil.NoSuchProcess:
            continue
    return found


def _size(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
        return 0
