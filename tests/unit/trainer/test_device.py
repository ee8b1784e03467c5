from __future__ import annotations

from pathlib import Path

import pytest
import torch

from services.trainer import device
from services.trainer.settings import TrainerSettings
from shared.errors import Invalid


def chosen(name: str) -> device.Device:
    return device.choose(TrainerSettings(_env_file=None, device=name))


def test_a_gpu_that_is_asked_for_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(Invalid, match="no GPU"):
        chosen("cuda")
    assert chosen("auto").name == "cpu"


def test_a_gpu_is_taken_unless_it_is_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: True)
    assert (chosen("auto").name, chosen("auto").attention(trains=True)) == ("cuda", "sdpa")
    assert (chosen("cpu").name, chosen("cpu").attention(trains=True)) == ("cpu", "eager")


def test_a_recipe_for_more_gpus_than_there_are_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    gpu, cpu = device.Device("cuda", bf16=True), device.Device("cpu", bf16=True)
    device.require_gpus(gpu, 2)
    device.require_gpus(cpu, 1)
    for machine, count in ((gpu, 3), (cpu, 2)):
        with pytest.raises(Invalid, match=f"for {count} GPUs"):
            device.require_gpus(machine, count)


def test_a_container_has_no_more_memory_than_it_is_allowed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(device, "CGROUP", tmp_path)
    whole = device.free_host_memory()
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("400\n")
    assert device.free_host_memory() > 0.5 * whole
    (tmp_path / "memory.max").write_text("1000\n")
    assert device.free_host_memory() == 600
