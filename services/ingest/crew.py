"""Processes that work beside each other: ``python -m services.ingest.crew`` is one of them.

Not a pool of Python's: the worker is a daemon of its queue, which may have no children of that kind, and whose death
nobody may survive. These end when their standard input does.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from struct import Struct
from typing import Any, Generic, Protocol, TypeVar, cast

from shared.errors import Unavailable

Work = TypeVar("Work")
Result = TypeVar("Result")
Taken = TypeVar("Taken", contravariant=True)
Given = TypeVar("Given", covariant=True)
LENGTH = Struct("!I")
CHECKOUT = Path(__file__).resolve().parents[2]


class Encoder(Protocol[Taken, Given]):
    """What the processes do. It travels to them, as work and results do, as a pickle."""

    def encode(self, work: Taken, /) -> Given: ...


@dataclass
class Crew(Generic[Work, Result]):
    """Up to ``size`` processes that have the same encoder; the first work starts them. With none, it is done here."""

    encoder: Encoder[Work, Result]
    size: int
    _idle: asyncio.Queue[Process] = field(default_factory=asyncio.Queue)
    _all: list[Process] = field(default_factory=list)
    _hired: int = 0

    async def encode(self, work: Work) -> Result:
        """
        Raises:
            Unavailable: a process ended, as one does when memory is short.
            Exception: what went wrong with this work, as it would here.
        """
        if not self.size:
            return self.encoder.encode(work)
        worker = await self._free()
        try:
            await _send(worker, work)
            answer = await _receive(worker)
        except (OSError, asyncio.IncompleteReadError) as error:
            raise Unavailable("A process that cleans has ended.", hint="Is there enough memory?") from error
        self._idle.put_nowait(worker)
        if isinstance(answer, Exception):
            raise answer
        return cast(Result, answer)

    async def _free(self) -> Process:
        if self._idle.empty() and self._hired < self.size:
            self._hired += 1  # before it is there: others ask meanwhile
            worker = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "services.ingest.crew", stdin=PIPE, stdout=PIPE, cwd=CHECKOUT
            )
            self._all.append(worker)
            await _send(worker, self.encoder)
            return worker
        return await self._idle.get()

    async def leave(self) -> None:
        for worker in self._all:
            if worker.returncode is None:
                worker.kill()
        for worker in self._all:
            await worker.wait()


@asynccontextmanager
async def crew_of(encoder: Encoder[Work, Result], size: int) -> AsyncIterator[Crew[Work, Result]]:
    crew = Crew(encoder, size)
    try:
        yield crew
    finally:
        await crew.leave()


async def _send(worker: Process, value: object) -> None:
    assert worker.stdin is not None
    frame = pickle.dumps(value)
    worker.stdin.write(LENGTH.pack(len(frame)) + frame)
    await worker.stdin.drain()


async def _receive(worker: Process) -> Any:
    assert worker.stdout is not None
    (length,) = LENGTH.unpack(await worker.stdout.readexactly(LENGTH.size))
    return pickle.loads(await worker.stdout.readexactly(length))  # noqa: S301 - from our own process


def _outcome(encoder: Encoder[Work, Result], work: Work) -> Result | Exception:
    """An error is raised by who gave the work, who ends the job; a process that only died would be tried again."""
    try:
        return encoder.encode(work)
    except Exception as error:
        return error


def main() -> None:
    """The first frame is the encoder, each further one is work."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    encoder: Encoder[Any, Any] | None = None
    while head := source.read(LENGTH.size):
        value = pickle.loads(source.read(*LENGTH.unpack(head)))  # noqa: S301 - from our own process
        if encoder is None:
            encoder = value
            continue
        frame = pickle.dumps(_outcome(encoder, value))
        sink.write(LENGTH.pack(len(frame)) + frame)
        sink.flush()


if __name__ == "__main__":
    main()
