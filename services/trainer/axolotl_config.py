"""The ``axolotl_config.yaml`` of an SFT run: made from its recipe, its keys checked against axolotl's own schema.

Axolotl ignores keys that it does not know, so a typing error would train something else than was asked for.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from services.trainer.device import Device
from services.trainer.recipes import SftRecipe
from shared.errors import Invalid

#: Fused LoRA kernels are Triton's, which needs a GPU.
_KERNELS = ("lora_mlp_kernel", "lora_qkv_kernel", "lora_o_kernel")


def axolotl_config(
    recipe: SftRecipe,
    *,
    base_model: str,
    layers: int,
    train: Path,
    validation: Path,
    rows: int,
    output: Path,
    machine: Device,
) -> dict[str, Any]:
    """The configuration of one run.

    Args:
        layers: how many the base model has.
        train: JSON lines of conversations whose messages say by ``train`` whether they carry loss.
        rows: how many there are, which decides the steps between evaluations.
        machine: what it is for; bfloat16 only where that is fast.
    """
    every = math.ceil(steps(recipe, rows) / recipe.evaluations)
    return (
        {
            "base_model": base_model,
            "adapter": "qlora" if recipe.quantised else "lora",
            "load_in_4bit": recipe.quantised,
            "lora_r": recipe.rank,
            "lora_alpha": recipe.alpha,
            "lora_dropout": recipe.dropout,
            "lora_target_linear": True,
            **({"peft_layers_to_transform": upper_layers(layers, recipe.layers)} if recipe.layers < 1 else {}),
            "datasets": [_source(train)],
            "test_datasets": [_source(validation) | {"split": "train"}],
            "dataset_prepared_path": str(output / "prepared"),
            "dataset_num_proc": 0,
            "chat_template": "tokenizer_default",
            "output_dir": str(output),
            "sequence_len": recipe.sequence_length,
            "sample_packing": recipe.packing,
            "eval_sample_packing": False,
            "group_by_length": not recipe.packing,
            "pad_to_multiple_of": 64 if machine.gpu else 1,
            "micro_batch_size": recipe.micro_batch,
            "gradient_accumulation_steps": recipe.accumulation,
            "eval_batch_size": recipe.micro_batch,
            "num_epochs": recipe.epochs,
            "optimizer": "adamw_torch_fused",
            "lr_scheduler": "cosine",
            "learning_rate": recipe.learning_rate,
            "warmup_ratio": recipe.warmup,
            "bf16": machine.bf16,
            "fp16": False,
            "tf32": machine.gpu,
            "gradient_checkpointing": machine.gpu,
            "attn_implementation": machine.attention(trains=True),
            "logging_steps": 1,
            "eval_steps": every,
            "save_steps": every,
            "save_total_limit": 2,
            "early_stopping_patience": recipe.patience,
            "load_best_model_at_end": True,
            "metric_for_best_model": "eval_loss",
            "greater_is_better": False,
            "auto_resume_from_checkpoints": True,
            "dataloader_num_workers": 0,
            "dataloader_pin_memory": machine.gpu,
            "seed": recipe.seed,
            "plugins": ["services.trainer.axolotl_plugin.LiveCurve"],
            "strict": False,
            "use_wandb": False,
        }
        | _only_on(machine.gpu)
        | ({"max_steps": recipe.max_steps} if recipe.max_steps else {})
    )


def steps(recipe: SftRecipe, rows: int) -> int:
    """Optimizer steps of a run over ``rows`` conversations; an upper bound where conversations are packed."""
    an_epoch = math.ceil(rows / (recipe.micro_batch * recipe.accumulation))
    return min(math.ceil(recipe.epochs * an_epoch), recipe.max_steps or math.inf)  # type: ignore[return-value]


def upper_layers(count: int, share: float) -> list[int]:
    """Numbers of the layers nearest to the output that make up ``share`` of all ``count``."""
    return list(range(count - max(1, round(share * count)), count))


def check_keys(config: dict[str, Any]) -> None:
    """Refuse keys that axolotl's schema does not have.

    Raises:
        Invalid: names the unknown keys.
    """
    from axolotl.utils.schemas.config import AxolotlInputConfig
    from axolotl.utils.schemas.datasets import SFTDataset

    unknown = config.keys() - AxolotlInputConfig.model_fields.keys()
    for source in (*config["datasets"], *config["test_datasets"]):
        unknown |= source.keys() - SFTDataset.model_fields.keys()
    if unknown:
        raise Invalid(f"axolotl_config.yaml: axolotl knows no {', '.join(sorted(unknown))}.")


def validated(config: dict[str, Any], file: Path) -> Any:
    """Write the configuration to ``file`` and have axolotl read, validate and complete it.

    Raises:
        Invalid: axolotl's schema refuses a key or a value; the message names it.
    """
    check_keys(config)
    file.write_text(yaml.safe_dump(config, sort_keys=False))

    from axolotl.cli.config import load_cfg

    try:
        return load_cfg(str(file))
    except ValidationError as error:
        problem = error.errors()[0]
        raise Invalid(f"{file.name}: {'.'.join(map(str, problem['loc']))}: {problem['msg']}.") from error


def _source(file: Path) -> dict[str, Any]:
    return {
        "path": str(file),
        "ds_type": "json",
        "type": "chat_template",
        "field_messages": "messages",
        "message_property_mappings": {"role": "role", "content": "content"},
        "message_field_training": "train",
        "roles_to_train": [],
        "train_on_eos": "turn",
    }


def _only_on(gpu: bool) -> dict[str, Any]:
    return {} if gpu else dict.fromkeys(_KERNELS, False)
