"""Where to compute, and with what numbers: the GPU if there is one; on a CPU bfloat16 only where it has that."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from services.trainer.settings import TrainerSettings
from shared.errors import Invalid


@dataclass(frozen=True)
class Device:
    """``name`` is PyTorch's; ``bf16`` says whether bfloat16 is the fast type on it."""

    name: str
    bf16: bool

    @property
    def gpu(self) -> bool:
        return self.name != "cpu"

    @property
    def attention(self) -> str:
        """Both are PyTorch's own. On a CPU the fused kernel is slower in bfloat16 than plain products."""
        return "sdpa" if self.gpu else "eager"

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
    return Device("cpu", bf16=_cpu_has_bf16())


def load(location: str, device: Device, adapter: Path | None = None, *, trainable: bool = False) -> tuple[Any, Any]:
    """The model, with an adapter on top if one is named, and its tokenizer."""
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(location)
    model: Any = AutoModelForCausalLM.from_pretrained(
        location, dtype=device.dtype, attn_implementation=device.attention
    )
    model = model.to(device.name)
    if adapter is not None:
        model = PeftModel.from_pretrained(model, str(adapter), is_trainable=trainable)
    return (model if trainable else model.eval()), tokenizer


def _cpu_has_bf16() -> bool:
    """Linux says so; elsewhere float32 is the safe choice. Without it bfloat16 is emulated, and slower than float32."""
    try:
        flags = Path("/proc/cpuinfo").read_text().split()
    except OSError:
        return False
    return not {"avx512_bf16", "amx_bf16"}.isdisjoint(flags)
