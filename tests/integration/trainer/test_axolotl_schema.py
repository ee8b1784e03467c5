"""Axolotl's own schema on both recipes, for the machines that they are meant for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services.trainer.axolotl_config import axolotl_config, validated
from services.trainer.device import Device
from services.trainer.recipes import SFT_CPU, SFT_GPU, SftRecipe, resolve
from shared.errors import Invalid

GPU = {"bf16": True, "fp8": False, "n_gpu": 1, "n_node": 1, "compute_capability": "sm_90", "tf32": True}


def config(recipe: SftRecipe, tiny: Path, folder: Path, *, gpu: bool) -> dict[str, Any]:
    files = {"train": folder / "t.jsonl", "validation": folder / "v.jsonl", "output": folder / "output"}
    return axolotl_config(
        recipe, base_model=str(tiny), layers=2, rows=100, machine=Device("cuda" if gpu else "cpu", gpu), **files
    )


def test_the_gpu_recipe_is_valid_on_a_gpu(tiny: Path, tmp_path: Path) -> None:
    from axolotl.utils.config import validate_config
    from axolotl.utils.dict import DictDefault

    asked = config(SFT_GPU, tiny, tmp_path, gpu=True)
    valid = validate_config(DictDefault(asked), capabilities=GPU, env_capabilities={"torch_version": "2.13.0"})
    assert {key: valid[key] for key in ("adapter", "load_in_4bit", "lora_r", "learning_rate")} == {
        "adapter": "qlora",
        "load_in_4bit": True,
        "lora_r": SFT_GPU.rank,
        "learning_rate": SFT_GPU.learning_rate,
    }


def test_the_cpu_recipe_is_valid_here(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AXOLOTL_DO_NOT_TRACK", "1")
    read = validated(config(SFT_CPU, tiny, tmp_path, gpu=False), tmp_path / "axolotl_config.yaml")
    assert (read.adapter, read.micro_batch_size) == ("lora", SFT_CPU.micro_batch)


def test_what_the_schema_refuses_is_named(tiny: Path, tmp_path: Path) -> None:
    wrong = config(resolve(SFT_CPU, {"alpha": 8}), tiny, tmp_path, gpu=False) | {"lora_alpha": "a lot"}
    with pytest.raises(Invalid, match="lora_alpha"):
        validated(wrong, tmp_path / "axolotl_config.yaml")
