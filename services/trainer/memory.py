"""What a run needs of the memory that it trains in, before it begins: an estimate from the model's sizes alone.

Where each term comes from:

- weights: bfloat16, or NF4 with double quantisation at 4.127 bits (Dettmers et al. 2023, arXiv:2305.14314, section 3);
  embeddings stay in bfloat16.
- adapter: weights, gradients and AdamW's two moments in float32, 16 bytes a parameter (Rajbhandari et al. 2020,
  arXiv:1910.02054, section 3.1, without the copy in half precision). LoRA has rank x (inputs + outputs) a matrix.
- activations: of a layer, what its backward pass reads, as counted by Korthikanti et al. 2022 (arXiv:2205.05198,
  section 4.1), with a gated feed-forward network and no matrix of attention scores where the kernel is fused. With
  checkpointing only each layer's input is kept (Chen et al. 2016, arXiv:1604.06174), and one layer is computed anew,
  its gradients beside it.
- logits: of every token of a forward pass, in bfloat16, in float32 as the loss is computed, and the gradient of both.
  An upper bound: tokens that carry no loss are not predicted.
- gathered: a layer whose weights are spread over GPUs, or quantised, in bfloat16 while it is computed; two, since the
  next one is fetched meanwhile. Embeddings are gathered for as long as a step takes.
- libraries: CUDA's context and kernels, and what PyTorch's allocator holds without using it; on a CPU, the process.
"""

from __future__ import annotations

from services.trainer.model_facts import ModelFacts
from services.trainer.recipes.schema import SftRecipe
from shared.contracts.trainer import MemoryEstimate
from shared.errors import Invalid

GIB = 2**30

NF4 = 4.127 / 8
BFLOAT16, FLOAT32 = 2, 4
ADAPTER = 4 * FLOAT32
LOGITS = BFLOAT16 + FLOAT32 + FLOAT32 + BFLOAT16

#: Bytes for libraries, by custom: a process with axolotl imported on a CPU, CUDA's context on a GPU.
ON_GPU, ON_CPU = 1.5 * GIB, 1.5 * GIB

#: An estimate may be this share above what is free before a run is refused: it is no measurement.
DOUBT = 0.1


def estimate(recipe: SftRecipe, facts: ModelFacts, *, gpu: bool, bf16: bool = True) -> MemoryEstimate:
    """The bytes that each GPU, or the machine, needs for a run."""
    width = BFLOAT16 if bf16 else FLOAT32
    parts = {
        "weights": _weights(recipe, facts, width),
        "adapter": ADAPTER * adapter_parameters(recipe, facts) / recipe.gpus,
        "activations": _activations(recipe, facts, width, gpu=gpu),
        "logits": _tokens(recipe) * facts.vocabulary * LOGITS,
        "gathered": _gathered(recipe, facts),
        "libraries": ON_GPU if gpu else ON_CPU,
    }
    return MemoryEstimate(parts={name: round(size) for name, size in parts.items()}, per="GPU" if gpu else "machine")


def require_room(recipe: SftRecipe, needed: MemoryEstimate, free: int) -> None:
    """Refuse a run that clearly does not fit.

    Args:
        free: bytes of each GPU, or of the machine, that nobody uses.

    Raises:
        Invalid: the hint names the settings to lower.
    """
    if not recipe.check_memory or needed.total <= free * (1 + DOUBT):
        return
    largest = max(needed.parts, key=lambda name: needed.parts[name])
    raise Invalid(
        f"This run needs about {needed.total / GIB:.1f} GiB a {needed.per}, and {free / GIB:.1f} GiB are free; most of "
        f"it is for {largest}.",
        hint=f"{_advice(recipe, needed.per)} To try it nevertheless: --set check_memory=false",
    )


def adapter_parameters(recipe: SftRecipe, facts: ModelFacts) -> int:
    layers = max(1, round(recipe.layers * facts.layers))
    return layers * recipe.rank * sum(inputs + outputs for inputs, outputs in facts.linear.values())


def _weights(recipe: SftRecipe, facts: ModelFacts, width: int) -> float:
    layer = NF4 if recipe.quantised else width
    return (facts.layers * facts.layer_parameters * layer + facts.embedding_parameters * width) / recipe.gpus


def _tokens(recipe: SftRecipe) -> int:
    return recipe.micro_batch * recipe.sequence_length


def _activations(recipe: SftRecipe, facts: ModelFacts, width: int, *, gpu: bool) -> float:
    tokens = _tokens(recipe)
    heads = (2 * facts.heads + 2 * facts.key_heads) * facts.head_size  # queries, keys, values and what was attended to
    layer = tokens * width * (6 * facts.hidden + heads + 4 * facts.intermediate)
    layer += tokens * 2 * FLOAT32 * facts.hidden  # norms compute in float32
    if gpu:
        return tokens * facts.hidden * width * facts.layers + 2 * layer
    scores = recipe.micro_batch * facts.heads * recipe.sequence_length**2 * (width + FLOAT32)
    return max(1, round(recipe.layers * facts.layers)) * (layer + scores)


def _gathered(recipe: SftRecipe, facts: ModelFacts) -> float:
    if recipe.gpus > 1:
        return BFLOAT16 * (2 * facts.layer_parameters + facts.embedding_parameters)
    return BFLOAT16 * max(inputs * outputs for inputs, outputs in facts.linear.values()) if recipe.quantised else 0


def _advice(recipe: SftRecipe, per: str) -> str:
    lower = ["micro_batch"] if recipe.micro_batch > 1 else []
    lower += ["sequence_length", "rank"]
    four_bits = "" if recipe.quantised or per != "GPU" else " set quantised=true,"
    return f"Lower {' or '.join(lower)},{four_bits} or take a smaller BASE_MODEL."
