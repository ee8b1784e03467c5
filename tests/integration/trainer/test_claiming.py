"""Who gets a GPU, with real locks; the GPUs are told, not there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from services.trainer import claiming
from services.trainer.claiming import Claim, Claims
from services.trainer.gpus import GIB, Gpu
from services.trainer.repository import name_for
from services.trainer.settings import GpuSharing, TrainerSettings
from shared.database import Database
from shared.errors import AnselmError, Conflict


@dataclass
class Machine:
    """Its GPUs by name, with their free memory in GiB."""

    settings: TrainerSettings
    database: Database
    free: dict[str, float]
    said: list[str] = field(default_factory=list)

    def seen(self) -> list[Gpu]:
        return [Gpu(name, int(free * GIB), 80 * GIB) for name, free in self.free.items()]

    @asynccontextmanager
    async def take(
        self, run: str = "run-a", count: int = 1, over: Callable[[], bool] = lambda: False, **settings: object
    ) -> AsyncIterator[Claim | None]:
        async def is_over() -> bool:
            return over()

        claims = Claims(self.settings.model_copy(update={"gpu_memory_needed": 14 * GIB, **settings}), self.seen)
        async with self.database.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await name_for(connection, run)
            try:
                async with claims.take(connection, count=count, over=is_over, waits=self.said.append) as claim:
                    yield claim
            finally:
                await connection.invalidate()


@pytest.fixture
def machine(settings: object, database: Database, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setattr(claiming, "LOOK", 0.02)
    monkeypatch.setattr(claiming, "SETTLE", 0.1)
    return Machine(TrainerSettings(_env_file=None, anselm_home=tmp_path), database, {"GPU-1": 80.0})


async def test_runs_take_one_gpu_each_and_the_next_one_waits_and_says_for_whom(machine: Machine) -> None:
    machine.free["GPU-2"] = 80.0
    async with machine.take("run-a") as first, machine.take("run-b") as second:
        assert first is not None
        assert second is not None
        assert {first.environment["CUDA_VISIBLE_DEVICES"], second.environment["CUDA_VISIBLE_DEVICES"]} == {
            "GPU-1",
            "GPU-2",
        }
        third = asyncio.create_task(_held(machine, "run-c"))
        async with asyncio.timeout(20):
            while not machine.said:
                await asyncio.sleep(0.01)
        assert machine.said == ["Waits for run-a or run-b, which has the GPU."]
        assert not third.done()
    assert (await third).devices[0] in machine.free


async def _held(machine: Machine, run: str) -> Claim:
    async with machine.take(run) as claim:
        assert claim is not None
        return claim


async def test_without_a_gpu_the_cpu_is_taken_by_one_run(machine: Machine) -> None:
    machine.free.clear()
    async with machine.take("run-a") as first:
        assert first is not None
        assert first.environment == {}
        async with machine.take("run-b", over=lambda: bool(machine.said)) as second:
            assert second is None
    assert machine.said == ["Waits for run-a, which has the CPU."]


async def test_a_run_on_several_gpus_takes_all_or_none(machine: Machine) -> None:
    machine.free["GPU-2"] = 80.0
    async with machine.take("run-a"):
        async with machine.take("run-b", count=2, over=lambda: bool(machine.said)) as both:
            assert both is None
        async with machine.take("run-c") as other:
            assert other is not None
    async with machine.take("run-b", count=2) as both:
        assert both is not None
        assert both.environment == {"CUDA_VISIBLE_DEVICES": "GPU-1,GPU-2"}
    with pytest.raises(Conflict, match="needs 3 GPUs, and this worker has 2"):
        async with machine.take(count=3):
            pass


async def test_a_gpu_whose_memory_a_model_server_has_is_refused(machine: Machine) -> None:
    machine.free["GPU-1"] = 3.5
    with pytest.raises(Conflict, match=r"3\.5 GiB free, and the run needs 14\.0.*docker compose stop vllm"):
        async with machine.take():
            pass
    machine.free["GPU-2"] = 20.0
    async with machine.take() as claim:
        assert claim == Claim(("GPU-2",))


async def test_or_waited_for(machine: Machine) -> None:
    machine.free["GPU-1"] = 3.5
    waiting = asyncio.create_task(_waiting(machine))
    async with asyncio.timeout(20):
        while not machine.said:
            await asyncio.sleep(0.01)
    assert "waits until another program gives it back" in machine.said[0]
    machine.free["GPU-1"] = 30.0
    assert await waiting == Claim(("GPU-1",))


async def _waiting(machine: Machine) -> Claim | None:
    async with machine.take(gpu_sharing=GpuSharing.WAIT) as claim:
        return claim


async def test_or_the_model_server_is_asked_to_stop_for_as_long_as_the_run_lasts(machine: Machine) -> None:
    from ops.vllm.yield_gpu import is_wanted

    machine.free["GPU-1"] = 3.5
    file = machine.settings.gpu_wanted_file

    def stops_when_asked() -> bool:
        if machine.said and is_wanted(file):
            machine.free["GPU-1"] = 70.0
        return False

    async with machine.take(gpu_sharing=GpuSharing.STOP, over=stops_when_asked) as claim:
        assert claim == Claim(("GPU-1",))
        assert is_wanted(file)
    assert not is_wanted(file)
    async with machine.take(gpu_sharing=GpuSharing.STOP):
        assert not is_wanted(file)


async def test_one_that_does_not_stop_fails_the_run(machine: Machine) -> None:
    machine.free["GPU-1"] = 3.5
    with pytest.raises(AnselmError, match="did not stop within"):
        async with machine.take(gpu_sharing=GpuSharing.STOP, gpu_patience=timedelta(seconds=0.1)):
            pass


async def test_what_needs_no_gpu_waits_for_none(machine: Machine) -> None:
    machine.free["GPU-1"] = 3.5
    async with machine.take("run-a", count=0) as claim:
        assert claim is not None
        assert claim.environment == {}
    assert machine.said == []
