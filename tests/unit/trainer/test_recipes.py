from __future__ import annotations

from pathlib import Path

import pytest

from services.trainer.axolotl_config import axolotl_config, check_keys, steps, upper_layers
from services.trainer.device import Device
from services.trainer.recipes import DPO_CPU, SFT_CPU, SFT_GPU, SftRecipe, resolve
from shared.errors import Invalid


def config(recipe: SftRecipe, *, gpu: bool = False) -> dict[str, object]:
    files = {name: Path(f"/{name}") for name in ("train", "validation", "output")}
    return axolotl_config(
        recipe, base_model="base", layers=30, rows=100, machine=Device("cuda" if gpu else "cpu", bf16=True), **files
    )


def test_a_run_overrides_single_values() -> None:
    recipe = resolve(SFT_CPU, {"learning_rate": 1e-4, "max_steps": 3})
    assert (recipe.learning_rate, recipe.max_steps, recipe.rank) == (1e-4, 3, SFT_CPU.rank)


@pytest.mark.parametrize("wrong", [{"learning_rat": 1}, {"learning_rate": "much"}, {"rank": 1.5}])
def test_a_wrong_value_is_named(wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid, match=next(iter(wrong))):
        resolve(SFT_CPU, wrong)
    with pytest.raises(Invalid):
        resolve(DPO_CPU, {"rank": 8})


def test_steps() -> None:
    assert steps(resolve(SFT_CPU, {"epochs": 1, "micro_batch": 4, "accumulation": 1, "max_steps": None}), 10) == 3
    assert steps(resolve(SFT_CPU, {"max_steps": 2}), 1000) == 2


def test_configurations_hold_no_key_that_axolotl_does_not_know() -> None:
    check_keys(config(SFT_CPU))
    check_keys(config(SFT_GPU, gpu=True))


def test_unknown_keys_are_refused_everywhere() -> None:
    with pytest.raises(Invalid, match="lora_rank"):
        check_keys(config(SFT_CPU) | {"lora_rank": 8})
    with pytest.raises(Invalid, match="field_message"):
        check_keys(config(SFT_CPU) | {"datasets": [{"path": "x", "field_message": "y"}]})


def test_evaluations_and_checkpoints_fall_together_so_that_the_best_can_be_kept() -> None:
    made = config(SFT_CPU)
    assert made["eval_steps"] == made["save_steps"]


def test_the_layers_nearest_to_the_output_are_adapted() -> None:
    assert config(SFT_CPU)["peft_layers_to_transform"] == list(range(10, 30))
    assert "peft_layers_to_transform" not in config(SFT_GPU, gpu=True)
    assert upper_layers(2, 0.1) == [1]


def test_the_last_step_is_not_measured_twice() -> None:
    """An evaluation just before the end would cost as much as the one at the end, and tell nothing."""
    made = config(resolve(SFT_CPU, {"max_steps": 80, "evaluations": 3, "epochs": 9}))
    assert made["eval_steps"] == 27
