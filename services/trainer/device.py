"""Where to compute, and with what numbers: the GPU if there is one; on a CPU bfloat16 only where it has that."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from services.trainer.attention import GROUPED
from services.trainer.settings import TrainerSettings
from shared.errors import Invalid
from shared.processor import has_bfloat16


@dataclass(frozen=True)
class Device:
    """``name`` is PyTorch's; ``bf16`` says whether bfloat16 is the fast type on it."""

    name: str
    bf16: bool

    @property
    def gpu(self) -> bool:
        return self.name != "cpu"

    def attention(self, *, trains: bool) -> str:
        """PyTorch's fused kernel; but to train on a CPU in bfloat16, that is slower than plain products."""
        if self.gpu:
            return "sdpa"
        return "eager" if trains else GROUPED

    @property
    def dtype(self) -> torch.dtype:
        return torch.bfloat16 if self.bf16 else torch.float32


def choose(settings: TrainerSettings) -> Device:
    """The device that DEVICE asks for.

    Raises:
        Invalid: it asks for a GPU, and PyTorch sees none.
    """
    seen = torch.cuda.is_available()
    if settings.device == "cuda" and not seen:
        raise Invalid("DEVICE is cuda, but PyTorch sees no GPU.", hint="Install its CUDA build, or set DEVICE=cpu.")
    if seen and settings.device != "cpu":
        return Device("cuda", bf16=torch.cuda.is_bf16_supported())
    return Device("cpu", bf16=has_bfloat16())


def load(location: str, device: Device, adapter: Path | None = None, *, trainable: bool = False) -> tuple[Any, Any]:
    """The model, with an adapter on top if one is named, and its tokenizer."""
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(location)
    model: Any = AutoModelForCausalLM.from_pretrained(
        location, dtype=device.dtype, attn_implementation=device.attention(trains=trainable)
    )
    model = model.to(device.name)
    if adapter is not None:
        model = PeftModel.from_pretrained(model, str(adapter), is_trainable=trainable)
    return (model if trainable else model.eval()), tokenizer
