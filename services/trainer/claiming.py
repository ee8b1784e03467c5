"""A run has its GPU to itself: one run at a time a GPU, and none beside a model server that leaves no room for it.

A GPU belongs to a run by a lock of the executor's connection, named for the GPU's UUID: workers of all hosts and
containers see the same one, and it ends with its process, however that ends. A CPU is one device as well.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from socket import gethostname

from sqlalchemy.ext.asyncio import AsyncConnection

from services.trainer import gpus
from services.trainer.gpu_yielding import wanted
from services.trainer.gpus import GIB, Gpu
from services.trainer.repository import holder_of_device, try_device, unlock_device
from services.trainer.settings import GpuSharing, TrainerSettings
from shared.errors import AnselmError, Conflict

#: Seconds between looks at who has what, and for a process that has ended to give its memory back.
LOOK, SETTLE = 1.0, 5.0

_CPU = "cpu of "
_HINT = "Stop what uses the GPU, as with: docker compose stop vllm; or set GPU_SHARING=stop or GPU_SHARING=wait."


@dataclass(frozen=True)
class Claim:
    """What a run computes on."""

    devices: tuple[str, ...]

    @property
    def environment(self) -> dict[str, str]:
        """What shows a process these GPUs and no other."""
        named = [name for name in self.devices if not name.startswith(_CPU)]
        return {"CUDA_VISIBLE_DEVICES": ",".join(named)} if named else {}


@dataclass(frozen=True)
class Claims:
    """Takes devices for one run after the other.

    Attributes:
        seen: the GPUs of this worker, as they are now.
    """

    settings: TrainerSettings
    seen: Callable[[], list[Gpu]] = gpus.visible

    @asynccontextmanager
    async def take(
        self,
        connection: AsyncConnection,
        *,
        count: int = 1,
        over: Callable[[], Awaitable[bool]],
        waits: Callable[[str], None],
    ) -> AsyncIterator[Claim | None]:
        """Hold ``count`` GPUs, or the CPU where there are none; nothing when the run is over before they are free.

        Args:
            connection: has the locks until it is closed.
            over: whether the run was cancelled while it waited.
            waits: is told, in a sentence, what for.

        Raises:
            Conflict: there are not as many, or another program has their memory, and GPU_SHARING says to refuse.
            AnselmError: the same, and it was asked to give it back but did not.
        """
        with ExitStack() as asking:
            claim, said, short_since = None, "", 0.0
            while claim is None and not await over():
                held = [gpu for gpu in self._devices(count) if await try_device(connection, gpu.uuid)]
                claim = self._roomy(held, count)
                await _free(connection, {gpu.uuid for gpu in held} - set(claim.devices if claim else ()))
                if claim is None and len(held) < count:
                    why = await self._busy(connection)
                elif claim is None:
                    if not short_since and self.settings.gpu_sharing is GpuSharing.STOP:
                        asking.enter_context(wanted(self.settings.gpu_wanted_file))
                    short_since = short_since or time.monotonic()
                    why = self._short(held, time.monotonic() - short_since)
                if claim is None:
                    if why != said:
                        waits(said := why)
                    await asyncio.sleep(LOOK)
            yield claim

    def _devices(self, count: int = 1) -> list[Gpu]:
        found = self.seen() if self.settings.device != "cpu" else []
        if found and len(found) < count:
            raise Conflict(f"The run needs {count} GPUs, and this worker has {len(found)}.", hint="Use another queue.")
        return found or [Gpu(_CPU + gethostname(), free=sys.maxsize, total=sys.maxsize)]

    def _roomy(self, held: Sequence[Gpu], count: int) -> Claim | None:
        roomy = [gpu.uuid for gpu in held if gpu.free >= self.settings.gpu_memory_needed]
        return Claim(tuple(roomy[:count])) if len(roomy) >= count else None

    async def _busy(self, connection: AsyncConnection) -> str:
        holders = [await holder_of_device(connection, gpu.uuid) for gpu in self._devices()]
        runs = sorted({holder for holder in holders if holder})
        return f"Waits for {' or '.join(runs) or 'another run'}, which has the {self._kind()}."

    def _kind(self) -> str:
        return "CPU" if self._devices()[0].uuid.startswith(_CPU) else "GPU"

    def _short(self, held: Sequence[Gpu], waited: float) -> str:
        """What is said after ``waited`` seconds without enough memory; where that is too long, an error."""
        needed, free = self.settings.gpu_memory_needed / GIB, max(gpu.free for gpu in held) / GIB
        why = f"The GPU has {free:.1f} GiB free, and the run needs {needed:.1f}"
        if self.settings.gpu_sharing is GpuSharing.REFUSE and waited >= SETTLE:
            raise Conflict(f"{why}: another program uses it.", hint=_HINT)
        if self.settings.gpu_sharing is not GpuSharing.STOP:
            return f"{why}: waits until another program gives it back."
        if waited >= self.settings.gpu_patience.total_seconds():
            raise AnselmError(f"{why}: what uses it did not stop within {self.settings.gpu_patience}.", hint=_HINT)
        return f"{why}: the model server is asked to stop meanwhile."


async def _free(connection: AsyncConnection, devices: Collection[str]) -> None:
    for name in devices:
        await unlock_device(connection, name)
