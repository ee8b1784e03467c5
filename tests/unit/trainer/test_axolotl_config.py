from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services.trainer.axolotl_config import axolotl_config, check_keys, sequences, steps, upper_layers
from services.trainer.device import Device
from services.trainer.recipes.schema import SftRecipe
from shared.errors import Invalid
from tests.unit.trainer.recipe_values import sft


def config(recipe: SftRecipe, *, gpu: bool = False, **about: Any) -> dict[str, Any]:
    files = {name: Path(f"/{name}") for name in ("train", "validation", "output")}
    machine = Device("cuda" if gpu else "cpu", bf16=True)
    return axolotl_config(recipe, base_model="base", layers=30, sequences=100, machine=machine, **files, **about)


def test_steps() -> None:
    assert steps(sft(epochs=1, micro_batch=4, accumulation=1, max_steps=None), 10) == 3
    assert steps(sft(max_steps=2), 1000) == 2
    assert steps(sft("qwen3-8b-lora-fsdp", epochs=1), 100) == 25


def test_packed_conversations_are_as_few_sequences_as_hold_them() -> None:
    assert sequences(sft(packing=True, sequence_length=100), [40, 40, 40]) == 2
    assert sequences(sft(sequence_length=100), [40, 40, 40]) == 3


def test_unknown_keys_are_refused_everywhere() -> None:
    check_keys(config(sft()))
    check_keys(config(sft("qwen3-8b-lora-fsdp"), gpu=True))
    with pytest.raises(Invalid, match="lora_rank"):
        check_keys(config(sft()) | {"lora_rank": 8})
    with pytest.raises(Invalid, match=r"datasets\.field_message\b"):
        check_keys(config(sft()) | {"datasets": [{"path": "x", "type": "chat_template", "field_message": "y"}]})
    with pytest.raises(Invalid, match=r"fsdp_config\.fsdp_offload"):
        check_keys(config(sft()) | {"fsdp_config": {"fsdp_offload": True}})


def test_evaluations_and_checkpoints_fall_together_so_that_the_best_can_be_kept() -> None:
    made = config(sft())
    assert made["eval_steps"] == made["save_steps"]


def test_the_layers_nearest_to_the_output_are_adapted() -> None:
    assert config(sft())["peft_layers_to_transform"] == list(range(10, 30))
    assert "peft_layers_to_transform" not in config(sft("qwen3-8b-qlora"), gpu=True)
    assert upper_layers(2, 0.1) == [1]


def test_the_last_step_is_not_measured_twice() -> None:
    """An evaluation just before the end would cost as much as the one at the end, and tell nothing."""
    made = config(sft(max_steps=80, evaluations=3, epochs=9))
    assert made["eval_steps"] == 27


def test_a_turn_that_ends_otherwise_than_a_text_is_told_to_axolotl() -> None:
    assert "eot_tokens" not in config(sft())
    assert config(sft(), turn_end="<|im_end|>")["eot_tokens"] == ["<|im_end|>"]
