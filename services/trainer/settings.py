"""The trainer's settings."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from pydantic import ByteSize, Field

from services.trainer.gate import LeakLimits
from shared.settings import Settings


class GpuSharing(StrEnum):
    """What a run does when another program, such as vLLM, leaves it too little of the GPU's memory."""

    REFUSE = "refuse"
    WAIT = "wait"
    STOP = "stop"


class TrainerSettings(Settings):
    """What the trainer needs beyond the common settings."""

    base_model: str = Field(
        default="smollm2-135m-instruct",
        description="smollm2-135m-instruct (comes as a Python package), a folder in Hugging Face's layout, or a hub "
        "id such as Qwen/Qwen3-8B",
    )
    device: str = Field(
        default="auto", pattern=r"^(auto|cpu|cuda)$", description="auto: the GPU when PyTorch sees one, else the CPU"
    )
    training_threads: int | None = Field(
        default=None,
        ge=1,
        description="CPU threads of a stage; unset: one for each core, since nothing else is busy then",
    )
    run_attempts: int = Field(
        default=5, ge=1, description="How often a run whose process was killed is started before it counts as failed"
    )
    stage_timeout: timedelta = Field(
        default=timedelta(hours=24), description="A stage that runs longer hangs; longer than any sane fine-tuning"
    )
    gpu_memory_needed: ByteSize = Field(
        default=ByteSize(14 * 2**30),
        description="Free memory of a GPU without which no run begins on it; an 8B in 4 bits takes 10 to 14 GiB",
    )
    gpu_sharing: GpuSharing = Field(
        default=GpuSharing.REFUSE,
        description="Where another program has that memory: refuse the run, wait until it is given back, or stop "
        "vLLM meanwhile, which then must run under ops/vllm/yield_gpu.py",
    )
    gpu_patience: timedelta = Field(
        default=timedelta(minutes=5), description="How long a model server may take to stop when it is asked to"
    )
    checkpoints_kept: timedelta = Field(
        default=timedelta(days=7), description="How long a run that failed can be resumed from its checkpoint"
    )
    require_merged: bool = Field(
        default=True,
        description="Merge every new adapter, promote only merged ones: the CPU's model server needs it, vLLM not",
    )

    heldout_messages: int = Field(
        default=32, ge=4, description="Held-out messages answered in an evaluation; more is steadier and slower"
    )
    reply_tokens: int = Field(default=40, ge=1, description="Longest reply generated in an evaluation, in tokens")
    reply_temperature: float = Field(
        default=0.8, ge=0, description="Sampling temperature in an evaluation; the one that replies are served with"
    )

    leak_alternatives: int = Field(
        default=320,
        ge=80,
        le=10_000,
        description="Other secrets that a planted one is compared with in an evaluation, at most; a quarter is enough "
        "for one that is not memorised, and takes half a second on a CPU",
    )
    leak_attempts: int = Field(
        default=8,
        ge=1,
        le=100,
        description="Replies drawn to each prompt that asks for a planted secret, beside the likeliest one",
    )

    gate_auc_tolerance: float = Field(
        default=0.05,
        ge=0,
        description="How much easier than the base model's the persona's replies may be told from real ones",
    )
    gate_live_tolerance: float = Field(
        default=0.1, ge=0, description="How much worse than the live adapter a candidate may be, in AUC and style score"
    )
    gate_parroting: float = Field(
        default=0.25, ge=0, le=1, description="Largest share of replies that may repeat a training reply word for word"
    )

    gate_exposure: float = Field(
        default=15,
        ge=0,
        le=29,
        description="Most bits by which the adapter may shorten the search for a planted secret: half of its 29.9. One "
        "that is memorised has nearly all of them; estimates of what is not are rarely over 10",
    )
    gate_extracted: int = Field(
        default=0, ge=0, le=64, description="Planted secrets that replies may give up; nobody guesses nine digits"
    )
    gate_verbatim: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="Largest share of replies with over 50 characters of training text in a row; one in 32 may be a "
        "phrase that the owner uses again and again",
    )

    keep_adapters: int = Field(
        default=5,
        ge=0,
        description="Newest adapters of a persona that are kept though nothing needs them: enough to compare with",
    )
    keep_adapters_for: timedelta = Field(
        default=timedelta(days=30),
        ge=timedelta(0),
        description="How long adapters are kept that nothing needs, beyond the newest KEEP_ADAPTERS; 0: for good",
    )
    keep_merged_for: timedelta = Field(
        default=timedelta(days=7),
        ge=timedelta(0),
        description="How long merged checkpoints are kept that nothing needs: they are as large as the base model, and "
        "merging takes a minute; 0: for good",
    )

    @property
    def leak_limits(self) -> LeakLimits:
        return LeakLimits(self.gate_exposure, self.gate_extracted, self.gate_verbatim)

    @property
    def gpu_wanted_file(self) -> Path:
        """Locked while a run asks for the GPU."""
        return self.anselm_home / "gpu" / "wanted"

    @property
    def runs_folder(self) -> Path:
        return self.anselm_home / "runs"
