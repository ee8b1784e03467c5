"""Axolotl's own schema on every recipe, for the machines that they are meant for; all in one process, since importing
axolotl takes longer than everything else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.trainer.axolotl_config import axolotl_config, validated, validated_for
from services.trainer.device import Device
from services.trainer.recipes.resolving import resolve
from services.trainer.recipes.schema import SftRecipe
from services.trainer.recipes.shelf import recipes
from shared.contracts.trainer import Stage
from shared.errors import Invalid
from tests.unit.trainer.recipe_values import sft

#: Importing axolotl takes half a minute, and more on a busy machine.
pytestmark = pytest.mark.timeout(1500)

#: An RTX 4090 and an H100.
CAPABILITIES = ("sm_89", "sm_90")

ON_GPUS = {
    found.name: resolve(found).of(SftRecipe)
    for found in recipes(Path("/nowhere"))
    if found.stage is Stage.SFT and found.device == "cuda"
}


def config(recipe: SftRecipe, tiny: Path, folder: Path, *, gpu: bool) -> dict[str, Any]:
    files = {"train": folder / "t.jsonl", "validation": folder / "v.jsonl", "output": folder / "output"}
    return axolotl_config(
        recipe, base_model=str(tiny), layers=2, sequences=100, machine=Device("cuda" if gpu else "cpu", gpu), **files
    )


def test_there_are_the_recipes_that_the_manual_names() -> None:
    assert ON_GPUS.keys() == {"qwen3-8b-qlora", "llama3-8b-qlora", "mistral-7b-qlora", "qwen3-8b-lora-fsdp"}


@pytest.mark.parametrize("name", ON_GPUS)
@pytest.mark.parametrize("capability", CAPABILITIES)
def test_a_gpu_recipe_is_valid_on_a_gpu(name: str, capability: str, tiny: Path, tmp_path: Path) -> None:
    recipe = ON_GPUS[name]
    asked = config(recipe, tiny, tmp_path, gpu=True)
    valid = validated_for(asked, gpus=recipe.gpus, capability=capability)
    assert valid.adapter == ("qlora" if recipe.quantised else "lora")
    assert (valid.load_in_4bit, valid.lora_r, valid.learning_rate) == (
        recipe.quantised,
        recipe.rank,
        recipe.learning_rate,
    )
    assert valid.sample_packing
    assert valid.pad_to_sequence_len
    assert valid.attn_decontaminates_packing
    assert all(valid[f"lora_{part}_kernel"] for part in ("mlp", "qkv", "o"))
    assert bool(valid.fsdp_config) == (recipe.gpus > 1)
    if recipe.gpus > 1:
        assert valid.fsdp_version == 2
        assert valid.fsdp_config.reshard_after_forward
        # One of the two checkpoints activations, or they would be computed three times.
        assert valid.fsdp_config.activation_checkpointing != bool(valid.gradient_checkpointing)


def test_quantised_weights_can_be_spread(tiny: Path, tmp_path: Path) -> None:
    asked = config(sft("qwen3-8b-lora-fsdp", quantised=True, gpus=4), tiny, tmp_path, gpu=True)
    assert validated_for(asked, gpus=4).fsdp_config.cpu_ram_efficient_loading is False


def test_dropout_switches_the_kernels_off(tiny: Path, tmp_path: Path) -> None:
    asked = config(sft("qwen3-8b-qlora", dropout=0.05), tiny, tmp_path, gpu=True)
    valid = validated_for(asked, gpus=1)
    assert not any(valid[f"lora_{part}_kernel"] for part in ("mlp", "qkv", "o"))


def test_the_cpu_recipe_is_valid_here(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AXOLOTL_DO_NOT_TRACK", "1")
    read = validated(config(sft(), tiny, tmp_path, gpu=False), tmp_path / "axolotl_config.yaml")
    assert (read.adapter, read.micro_batch_size) == ("lora", sft().micro_batch)
    assert not read.lora_mlp_kernel


def test_what_the_schema_refuses_is_named(tiny: Path, tmp_path: Path) -> None:
    wrong = config(sft(), tiny, tmp_path, gpu=False)
    with pytest.raises(Invalid, match="lora_alpha"):
        validated(wrong | {"lora_alpha": "a lot"}, tmp_path / "axolotl_config.yaml")
    with pytest.raises(Invalid, match="state_dict"):
        validated_for(wrong | {"fsdp_version": 2, "fsdp_config": {"state_dict_type": "SOME"}}, gpus=2)
    with pytest.raises(Invalid, match=r"fsdp_config\.reshard"):
        validated_for(wrong | {"fsdp_version": 2, "fsdp_config": {"reshard": True}}, gpus=2)


def test_exactly_the_owners_replies_carry_loss_also_where_conversations_are_packed(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AXOLOTL_DO_NOT_TRACK", "1")
    conversations = [
        [("user", "hey", False), ("assistant", f"not this {n}", False), ("user", "so?", False),
         ("assistant", f"ahoi {n}", True), ("user", "and?", False), ("assistant", f"righto {n}", True)]
        for n in range(6)
    ]  # fmt: skip
    lines = [
        json.dumps({"messages": [{"role": role, "content": text, "train": train} for role, text, train in turns]})
        for turns in conversations
    ]
    for name in ("t.jsonl", "v.jsonl"):
        (tmp_path / name).write_text("\n".join(lines) + "\n")
    asked = config(sft(packing=True, sequence_length=256), tiny, tmp_path, gpu=False)
    read = validated(asked, tmp_path / "axolotl_config.yaml")

    from axolotl.common.datasets import load_datasets
    from transformers import AutoTokenizer

    rows = load_datasets(cfg=read).train_dataset
    tokenizer = AutoTokenizer.from_pretrained(tiny)
    learned = {tokenizer.decode([label for label in row["labels"] if label != -100]) for row in rows}
    assert learned == {f"ahoi {n}<|im_end|>righto {n}<|im_end|>" for n in range(6)}
    # What packing goes by to keep conversations apart: positions begin anew with each.
    assert all(row["position_ids"] == list(range(len(row["input_ids"]))) for row in rows)
