from __future__ import annotations

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
