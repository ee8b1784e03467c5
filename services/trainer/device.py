"""Where to compute, and with what numbers: the GPU if there is one; on a CPU bfloat16 only where it has that."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.trainer.settings import TrainerSettings
from shared.errors import Invalid
from shared.processor import has_bfloat16

if TYPE_CHECKING:
    import torch


#: Where a container's limits stand (cgroup v2).
CGROUP = Path("/sys/fs/cgroup")


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
        if trains:
            return "eager"

        from services.trainer.attention import GROUPED

        return GROUPED

    @property
    def dtype(self) -> torch.dtype:
        import torch

        return torch.bfloat16 if self.bf16 else torch.float32


def choose(settings: TrainerSettings) -> Device:
    """The device that DEVICE asks for.

    Raises:
        Invalid: it asks for a GPU, and PyTorch sees none.
    """
    import torch

    seen = torch.cuda.is_available()
    if settings.device == "cuda" and not seen:
        raise Invalid("DEVICE is cuda, but PyTorch sees no GPU.", hint="Install its CUDA build, or set DEVICE=cpu.")
    if seen and settings.device != "cpu":
        return Device("cuda", bf16=torch.cuda.is_bf16_supported())
    return Device("cpu", bf16=has_bfloat16())


def require_gpus(device: Device, count: int) -> None:
    """Raises:
    Invalid: a recipe is for more GPUs than there are.
    """
    import torch

    seen = torch.cuda.device_count() if device.gpu else 0
    if count > max(1, seen):
        raise Invalid(
            f"The recipe is for {count} GPUs, and PyTorch sees {seen}.",
            hint="Name another recipe, or: --set gpus=1",
        )


def free_memory(device: Device) -> int:
    """Bytes that nobody uses: of the GPU with the least, or of this machine or container."""
    if not device.gpu:
        return free_host_memory()

    import torch

    return int(min(torch.cuda.mem_get_info(number)[0] for number in range(torch.cuda.device_count())))


def free_host_memory() -> int:
    """Bytes of main memory for one more process: what the machine has, and no more than the container is allowed."""
    import psutil

    available = int(psutil.virtual_memory().available)
    try:
        limit = int((CGROUP / "memory.max").read_text())
        used = int((CGROUP / "memory.current").read_text())
    except (OSError, ValueError):  # no container, or one without a limit
        return available
    return min(available, limit - used)


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
