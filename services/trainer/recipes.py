"""The recipes: every number of a training stage, for a CPU and for a GPU. A run may override single ones."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from shared.errors import Invalid


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True)
class SftRecipe:
    """Supervised fine-tuning with LoRA (Hu et al. 2021, arXiv:2106.09685)."""

    rank: int
    alpha: int
    dropout: float
    layers: float  # share of the model's layers that are adapted, those nearest to the output
    learning_rate: float
    epochs: float
    max_steps: int | None  # none: as many as the epochs hold
    micro_batch: int  # conversations in one forward pass
    accumulation: int  # forward passes in one step
    sequence_length: int  # tokens; longer conversations lose their oldest messages
    evaluations: int  # times that the loss on held-out conversations is measured, and a checkpoint kept
    validation_rows: int  # conversations in each measurement
    patience: int  # measurements without improvement before training stops
    warmup: float  # share of the steps
    quantised: bool  # QLoRA (Dettmers et al. 2023, arXiv:2305.14314): the base in 4-bit NF4
    packing: bool  # several conversations in one sequence
    seed: int


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True)
class PreferenceRecipe:
    """DPO (Rafailov et al. 2023, arXiv:2305.18290) or KTO (Ethayarajh et al. 2024, arXiv:2402.01306) on an adapter."""

    learning_rate: float
    beta: float  # how strongly the policy is held to the adapter that it continues
    epochs: float
    max_steps: int | None
    micro_batch: int
    accumulation: int
    sequence_length: int
    checkpoints: int  # kept over the run
    warmup: float
    seed: int


#: SmolLM2-135M on two cores in about two minutes of steps.
SFT_CPU = SftRecipe(
    rank=16, alpha=32, dropout=0.0, layers=2 / 3, learning_rate=3e-3, epochs=1, max_steps=80, micro_batch=2,
    accumulation=1, sequence_length=256, evaluations=2, validation_rows=8, patience=2, warmup=0.1, quantised=False,
    packing=False, seed=0,
)  # fmt: skip

#: Qwen3-8B on one GPU of 16 GB or more.
SFT_GPU = SftRecipe(
    rank=32, alpha=64, dropout=0.0, layers=1, learning_rate=2e-4, epochs=3, max_steps=None, micro_batch=2,
    accumulation=4, sequence_length=2048, evaluations=9, validation_rows=200, patience=3, warmup=0.1, quantised=True,
    packing=False, seed=0,
)  # fmt: skip

#: Thirty pairs in about a minute on two cores. Few pairs move little, hence a rate above the usual 1e-5.
DPO_CPU = PreferenceRecipe(
    learning_rate=1e-4, beta=0.1, epochs=1, max_steps=None, micro_batch=1, accumulation=8, sequence_length=192,
    checkpoints=2, warmup=0.1, seed=0,
)  # fmt: skip

DPO_GPU = replace(DPO_CPU, learning_rate=1e-5, micro_batch=2, sequence_length=2048)

#: KTO estimates how far the policy has moved from mismatched answers of the same batch: it needs more than one.
KTO_CPU = replace(DPO_CPU, learning_rate=5e-5, micro_batch=4, accumulation=4)

KTO_GPU = replace(DPO_GPU, learning_rate=5e-6, micro_batch=4, accumulation=4)

Recipe = TypeVar("Recipe", SftRecipe, PreferenceRecipe)


def resolve(default: Recipe, overrides: dict[str, Any]) -> Recipe:
    """The recipe with a run's own values.

    Raises:
        Invalid: a value is not of this recipe, or not of its type; the message names it.
    """
    try:
        return TypeAdapter(type(default)).validate_python(asdict(default) | overrides)
    except ValidationError as error:
        problem = error.errors()[0]
        name = ".".join(str(part) for part in problem["loc"])
        hint = f"A recipe has: {', '.join(asdict(default))}."
        raise Invalid(f"recipe: {name}: {problem['msg']}.", hint=hint) from error
