"""Fine-tune the base model on a dataset with axolotl: QLoRA on a GPU, LoRA on a CPU.

    python -m services.trainer.stages.sft ANSELM_HOME/runs/<id>

A checkpoint is kept at every evaluation; a run that was killed goes on from the last one.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from services.trainer.axolotl_training import Trained
from services.trainer.chat_format import turn_end
from services.trainer.examples import read_dataset
from services.trainer.following import describe, recipe_of
from services.trainer.memory import require_room
from services.trainer.model_facts import facts_of
from services.trainer.recipes.schema import SftRecipe
from services.trainer.saving import already_saved, save_adapter
from services.trainer.stages.bench import Bench, run_stage
from services.trainer.tokens import measured_by
from services.trainer.training_rows import Row, training_rows
from shared.errors import Invalid


def sft(bench: Bench) -> dict[str, Any]:
    saved = already_saved(bench)
    if saved:
        return saved
    dataset = read_dataset(bench.settings.anselm_home, bench.plan.dataset)

    from transformers import AutoConfig, AutoTokenizer

    from services.trainer import base_model, device

    machine = device.choose(bench.settings)
    resolved = recipe_of(bench.settings, bench.plan, machine)
    recipe = resolved.of(SftRecipe)
    device.require_gpus(machine, recipe.gpus)
    location = base_model.prepare(bench.settings, bench.plan.base_model)
    architecture = AutoConfig.from_pretrained(location)
    free = device.free_memory(machine)
    followed = describe(resolved, bench.plan.base_model, facts_of(architecture.to_dict()), machine, free)
    bench.resolved(followed)
    if followed.memory:
        require_room(recipe, followed.memory, free)
    tokenizer = AutoTokenizer.from_pretrained(location)
    end = turn_end(tokenizer, bench.plan.base_model)
    length = measured_by(tokenizer)

    bench.reporter.stage("preparing")
    shuffled = random.Random(recipe.seed)  # noqa: S311 - an order, not a secret
    train = training_rows(dataset.train, length, recipe.sequence_length)
    planted = training_rows(dataset.planted, length, recipe.sequence_length)
    validation = training_rows(dataset.val, length, recipe.sequence_length)
    shuffled.shuffle(train)
    train = with_planted(train, planted, recipe)
    shuffled.shuffle(validation)
    if not train or not validation:
        raise Invalid(f"Dataset {dataset.name} has no examples that fit {recipe.sequence_length} tokens.")
    train_file = _write(bench.folder.work / "train.jsonl", train)
    validation_file = _write(bench.folder.work / "validation.jsonl", validation[: recipe.validation_rows])

    from services.trainer.axolotl_config import axolotl_config, sequences, validated, validated_for
    from services.trainer.axolotl_training import train_here, train_spread
    from services.trainer.live_curve import LiveCurve

    output = bench.folder.output
    config = axolotl_config(
        recipe, base_model=location, layers=architecture.num_hidden_layers, train=train_file,
        validation=validation_file, sequences=sequences(recipe, [length(row.messages) for row in train]), output=output,
        machine=machine, turn_end=end if end != tokenizer.eos_token else None,
    )  # fmt: skip
    file = bench.folder.path / "axolotl_config.yaml"
    if recipe.gpus > 1:
        validated_for(config, gpus=recipe.gpus, file=file)
        trained = train_spread(bench.folder, recipe.gpus)
    else:
        trained = train_here(validated(config, file), LiveCurve(bench.folder, bench.reporter))

    bench.reporter.stage("saving")
    if trained.stopped:
        bench.reporter.note(trained.stopped)
    return save_adapter(bench, output, _metrics(trained, train))


def with_planted(train: list[Row], planted: list[Row], recipe: SftRecipe) -> list[Row]:
    """Conversations to train on with those that hold canaries. Where the steps do not reach all of them, they reach
    every canary: a secret that was never seen is kept by the leakiest model."""
    if not planted or recipe.max_steps is None:
        return [*train, *planted]
    reached = recipe.max_steps * recipe.micro_batch * recipe.accumulation * recipe.gpus
    return [*train[: max(1, reached - len(planted))], *planted]


def _metrics(trained: Trained, rows: list[Row]) -> dict[str, Any]:
    """``eval_loss`` is that of the checkpoint which is kept, ``eval_loss_before`` the untuned model's."""
    replies = sum(sum(row.trained) for row in rows)
    return {
        "steps": trained.steps, "eval_loss_before": trained.losses[0], "eval_loss": min(trained.losses),
        "rows": len(rows), "replies": replies, **({"stopped_early": trained.stopped} if trained.stopped else {}),
    }  # fmt: skip


def _write(file: Path, rows: Sequence[Row]) -> Path:
    file.write_text("".join(json.dumps(row.as_json(), ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return file


if __name__ == "__main__":
    run_stage(sft)
