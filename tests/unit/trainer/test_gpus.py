"""The driver is told, not there: what NVML answers on a host with two GPUs."""

from __future__ import annotations

from types import SimpleNamespace

import pynvml
import pytest

from services.trainer import gpus
from services.trainer.gpus import GIB, Gpu
from shared.errors import Conflict

UUIDS = ["GPU-a", "GPU-b"]


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> None:
    def by_index(index: int) -> str:
        if index >= len(UUIDS):
            raise pynvml.NVMLError(pynvml.NVML_ERROR_INVALID_ARGUMENT)
        return UUIDS[index]

    answers = {
        "nvmlInit": lambda: None,
        "nvmlShutdown": lambda: None,
        "nvmlDeviceGetCount": lambda: len(UUIDS),
        "nvmlDeviceGetHandleByIndex": by_index,
        "nvmlDeviceGetHandleByUUID": lambda uuid: uuid,
        "nvmlDeviceGetUUID": lambda handle: handle,
        "nvmlDeviceGetMemoryInfo": lambda handle: SimpleNamespace(free=30 * GIB, total=80 * GIB),
    }
    for name, answer in answers.items():
        monkeypatch.setattr(pynvml, name, answer)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


@pytest.mark.parametrize(
    ("named", "seen"), [(None, UUIDS), ("", []), ("1", ["GPU-b"]), ("GPU-b, 0", ["GPU-b", "GPU-a"])]
)
@pytest.mark.usefixtures("driver")
def test_a_worker_sees_what_it_was_given(monkeypatch: pytest.MonkeyPatch, named: str | None, seen: list[str]) -> None:
    if named is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", named)
    assert gpus.visible() == [Gpu(uuid, 30 * GIB, 80 * GIB) for uuid in seen]


@pytest.mark.usefixtures("driver")
def test_a_gpu_that_is_not_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "7")
    with pytest.raises(Conflict, match="CUDA_VISIBLE_DEVICES"):
        gpus.visible()


def test_without_a_driver_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> None:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)

    monkeypatch.setattr(pynvml, "nvmlInit", absent)
    assert gpus.visible() == []
