"""The sizes of a model, from its ``config.json``: where it lies, in the hub's cache, or of the models that recipes are
for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.trainer.base_model import PACKAGED


@dataclass(frozen=True)
class ModelFacts:
    """A decoder of the Llama family: grouped-query attention and a gated feed-forward network in every layer."""

    hidden: int
    layers: int
    heads: int
    key_heads: int
    head_size: int
    intermediate: int
    vocabulary: int
    tied: bool  # the matrix that predicts tokens is the one that embeds them

    @property
    def linear(self) -> dict[str, tuple[int, int]]:
        """The matrices of a layer, (inputs, outputs); LoRA adapts all of them."""
        query, key = self.heads * self.head_size, self.key_heads * self.head_size
        return {
            "q_proj": (self.hidden, query),
            "k_proj": (self.hidden, key),
            "v_proj": (self.hidden, key),
            "o_proj": (query, self.hidden),
            "gate_proj": (self.hidden, self.intermediate),
            "up_proj": (self.hidden, self.intermediate),
            "down_proj": (self.intermediate, self.hidden),
        }

    @property
    def layer_parameters(self) -> int:
        return sum(inputs * outputs for inputs, outputs in self.linear.values())

    @property
    def embedding_parameters(self) -> int:
        """Embeddings and the matrix that predicts tokens."""
        return self.vocabulary * self.hidden * (1 if self.tied else 2)


#: From the models' own config.json, so that a run can be judged before its model was fetched.
KNOWN = {
    PACKAGED: ModelFacts(576, 30, 9, 3, 64, 1536, 49152, tied=True),
    "Qwen/Qwen3-4B": ModelFacts(2560, 36, 32, 8, 128, 9728, 151936, tied=True),
    "Qwen/Qwen3-8B": ModelFacts(4096, 36, 32, 8, 128, 12288, 151936, tied=False),
    "meta-llama/Llama-3.1-8B-Instruct": ModelFacts(4096, 32, 32, 8, 128, 14336, 128256, tied=False),
    "mistralai/Mistral-7B-Instruct-v0.2": ModelFacts(4096, 32, 32, 8, 128, 14336, 32000, tied=False),
}


def facts_of(config: dict[str, Any]) -> ModelFacts | None:
    """The sizes that a ``config.json`` tells; none for an architecture that is described otherwise."""
    try:
        heads = int(config["num_attention_heads"])
        return ModelFacts(
            hidden=int(config["hidden_size"]),
            layers=int(config["num_hidden_layers"]),
            heads=heads,
            key_heads=int(config.get("num_key_value_heads") or heads),
            head_size=int(config.get("head_dim") or config["hidden_size"] // heads),
            intermediate=int(config["intermediate_size"]),
            vocabulary=int(config["vocab_size"]),
            tied=bool(config.get("tie_word_embeddings", False)),
        )
    except (KeyError, TypeError):
        return None


def find_facts(name: str, location: str) -> ModelFacts | None:
    """The sizes of a base model, without fetching anything; none where nobody knows them.

    Args:
        name: as BASE_MODEL says it.
        location: a folder or a hub id.
    """
    file = _config_file(location)
    found = facts_of(json.loads(file.read_bytes())) if file else None
    return found or KNOWN.get(name)


def _config_file(location: str) -> Path | None:
    file = Path(location) / "config.json"
    if file.is_file():
        return file

    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        cached = try_to_load_from_cache(location, "config.json")
    except HFValidationError:  # a folder that is not there yet
        return None
    return Path(cached) if isinstance(cached, str) else None
