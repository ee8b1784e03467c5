"""What a recipe may set. A setting with a value here is one that a recipe may leave out."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ConfigDict, with_config

from shared.contracts.trainer import Stage


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, kw_only=True)
class SftRecipe:
    """Supervised fine-tuning with LoRA (Hu et al. 2021, arXiv:2106.09685)."""

    rank: int
    alpha: int
    dropout: float = 0.0
    layers: float = 1  # share of the model's layers that are adapted, those nearest to the output
    learning_rate: float
    epochs: float
    max_steps: int | None = None  # none: as many as the epochs hold
    micro_batch: int  # sequences in one forward pass of one GPU
    accumulation: int  # forward passes in one step
    sequence_length: int  # tokens; longer conversations lose their oldest messages
    evaluations: int  # times that the loss on held-out conversations is measured, and a checkpoint kept
    validation_rows: int  # conversations in each measurement
    patience: int  # measurements without improvement before training stops
    warmup: float = 0.1  # share of the steps
    quantised: bool  # QLoRA (Dettmers et al. 2023, arXiv:2305.14314): the base in 4-bit NF4
    packing: bool  # several conversations in one sequence, each attending to itself alone
    gpus: int = 1  # more than one: the model is spread over them (FSDP2)
    check_memory: bool = True  # refuse a run whose estimate exceeds the memory that is free
    seed: int = 0


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, kw_only=True)
class PreferenceRecipe:
    """DPO (Rafailov et al. 2023, arXiv:2305.18290) or KTO (Ethayarajh et al. 2024, arXiv:2402.01306) on an adapter."""

    learning_rate: float
    beta: float = 0.1  # how strongly the policy is held to the adapter that it continues
    epochs: float = 1
    max_steps: int | None = None
    micro_batch: int
    accumulation: int
    sequence_length: int
    checkpoints: int = 2  # kept over the run
    warmup: float = 0.1
    seed: int = 0


#: What the recipes of each stage set; other stages have none.
SETTINGS: dict[Stage, type[SftRecipe] | type[PreferenceRecipe]] = {
    Stage.SFT: SftRecipe,
    Stage.DPO: PreferenceRecipe,
    Stage.KTO: PreferenceRecipe,
}
