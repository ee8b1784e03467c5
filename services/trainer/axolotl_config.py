"""The ``axolotl_config.yaml`` of an SFT run: made from its recipe, its keys checked against axolotl's own schema.

Axolotl ignores keys that it does not know, so a typing error would train something else than was asked for.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from services.trainer.recipes.schema import SftRecipe
from shared.errors import Invalid

if TYPE_CHECKING:
    from services.trainer.device import Device


def axolotl_config(
    recipe: SftRecipe,
    *,
    base_model: str,
    layers: int,
    train: Path,
    validation: Path,
    sequences: int,
    output: Path,
    machine: Device,
    turn_end: str | None = None,
) -> dict[str, Any]:
    """The configuration of one run.

    Args:
        layers: how many the base model has.
        train: JSON lines of conversations whose messages say by ``train`` whether they carry loss.
        sequences: how many an epoch has, which decides the steps between evaluations.
        machine: what it is for; bfloat16 only where that is fast.
        turn_end: the token that ends a turn, where that is not the tokenizer's end of sequence.
    """
    every = math.ceil(steps(recipe, sequences) / recipe.evaluations)
    spread = recipe.gpus > 1
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
            **({"pad_to_sequence_len": True} if recipe.packing else {"pad_to_multiple_of": 64 if machine.gpu else 1}),
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
            "gradient_checkpointing": machine.gpu and not spread,
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
        | kernels(machine.gpu and recipe.dropout == 0)
        | (_sharded(recipe.quantised) if spread else {})
        | ({"eot_tokens": [turn_end]} if turn_end else {})
        | ({"max_steps": recipe.max_steps} if recipe.max_steps else {})
    )


def sequences(recipe: SftRecipe, lengths: list[int]) -> int:
    """What an epoch over conversations of these ``lengths`` in tokens consists of: one sequence each, or, where they
    are packed, as few as hold them all."""
    return math.ceil(sum(lengths) / recipe.sequence_length) if recipe.packing else len(lengths)


def steps(recipe: SftRecipe, sequences: int) -> int:
    """Optimizer steps of a run over so many ``sequences`` an epoch; some more where packing leaves gaps."""
    an_epoch = math.ceil(sequences / (recipe.micro_batch * recipe.accumulation * recipe.gpus))
    return min(math.ceil(recipe.epochs * an_epoch), recipe.max_steps or math.inf)  # type: ignore[return-value]


def upper_layers(count: int, share: float) -> list[int]:
    """Numbers of the layers nearest to the output that make up ``share`` of all ``count``."""
    return list(range(count - max(1, round(share * count)), count))


def check_keys(config: dict[str, Any]) -> None:
    """Refuse keys that axolotl's schema does not have, at the top and below.

    Raises:
        Invalid: names the unknown keys.
    """
    from axolotl.utils.schemas.config import AxolotlInputConfig

    unknown = sorted(_unknown(config, [AxolotlInputConfig], ""))
    if unknown:
        raise Invalid(f"axolotl_config.yaml: axolotl knows no {', '.join(unknown)}.")


def validated(config: dict[str, Any], file: Path) -> Any:
    """Write the configuration to ``file`` and have axolotl read, validate and complete it for this machine.

    Raises:
        Invalid: axolotl's schema refuses a key or a value; the message names it.
    """
    check_keys(config)
    file.write_text(yaml.safe_dump(config, sort_keys=False))

    from axolotl.cli.config import load_cfg

    try:
        return load_cfg(str(file))
    except ValidationError as error:
        raise _refused(error) from error


def validated_for(config: dict[str, Any], *, gpus: int, file: Path | None = None, capability: str = "sm_90") -> Any:
    """The configuration as axolotl completes it on a machine with so many GPUs, which need not be this one.

    Args:
        file: where to write it, for the processes that train.
        capability: of each GPU, as CUDA counts: ``sm_89`` has an RTX 4090, ``sm_90`` an H100.

    Raises:
        Invalid: axolotl's schema refuses a key or a value; the message names it.
    """
    from axolotl.utils.config import validate_config
    from axolotl.utils.dict import DictDefault
    from torch import __version__ as torch_version

    check_keys(config)
    if file is not None:
        file.write_text(yaml.safe_dump(config, sort_keys=False))
    able = {"bf16": True, "fp8": False, "tf32": True, "n_gpu": gpus, "n_node": 1, "compute_capability": capability}
    env = {"torch_version": str(torch_version).partition("+")[0]}
    try:
        return validate_config(DictDefault(config), capabilities=able, env_capabilities=env)
    except ValidationError as error:
        raise _refused(error) from error


def kernels(on: bool) -> dict[str, Any]:
    """Axolotl's fused LoRA kernels. They are Triton's, which needs a GPU, and know no dropout."""
    return dict.fromkeys(("lora_mlp_kernel", "lora_qkv_kernel", "lora_o_kernel"), on)


def _sharded(quantised: bool) -> dict[str, Any]:
    """The model spread over several GPUs (FSDP2), gathered one layer at a time, which checkpoints its activations."""
    return {
        "fsdp_version": 2,
        "fsdp_config": {
            "offload_params": False,
            # Every process quantises what it reads; otherwise the first one reads for all.
            "cpu_ram_efficient_loading": not quantised,
            "auto_wrap_policy": "TRANSFORMER_BASED_WRAP",
            "state_dict_type": "FULL_STATE_DICT",
            "reshard_after_forward": True,
            "activation_checkpointing": True,
        },
    }


def _unknown(value: dict[str, Any], kinds: list[type[BaseModel]], prefix: str) -> set[str]:
    """Keys that none of the models ``kinds`` has; of several models, the one that fits best counts."""
    return min((set(_unknown_to(kind, value, prefix)) for kind in kinds), key=len)


def _unknown_to(kind: type[BaseModel], value: dict[str, Any], prefix: str) -> Iterator[str]:
    for key, item in value.items():
        field = kind.model_fields.get(key)
        if field is None:
            yield prefix + key
            continue
        inner = list(_models(field.annotation))
        for each in item if isinstance(item, list) else [item]:
            if inner and isinstance(each, dict):
                yield from _unknown(each, inner, f"{prefix}{key}.")


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a field may hold, at whatever depth of its type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _refused(error: ValidationError) -> Invalid:
    problem = error.errors()[0]
    return Invalid(f"axolotl_config.yaml: {'.'.join(map(str, problem['loc']))}: {problem['msg']}.")


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
