"""Fine-tune the base model on a dataset with axolotl: QLoRA on a GPU, LoRA on a CPU.

    python -m services.trainer.stages.sft ANSELM_HOME/runs/<id>

A checkpoint is kept at every evaluation; a run that was killed goes on from the last one.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from services.trainer.examples import read_dataset
from services.trainer.recipes import SFT_CPU, SFT_GPU, SftRecipe, resolve
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
    recipe = resolve(SFT_GPU if machine.gpu else SFT_CPU, bench.plan.recipe)
    bench.resolved(asdict(recipe))
    location = base_model.prepare(bench.settings, bench.plan.base_model)
    length = measured_by(AutoTokenizer.from_pretrained(location))

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

    from services.trainer.axolotl_config import axolotl_config, validated

    output = bench.folder.output
    layers = AutoConfig.from_pretrained(location).num_hidden_layers
    config = axolotl_config(
        recipe, base_model=location, layers=layers, train=train_file, validation=validation_file, rows=len(train),
        output=output, machine=machine,
    )  # fmt: skip
    axolotl = validated(config, bench.folder.path / "axolotl_config.yaml")

    from axolotl.common.datasets import load_datasets
    from axolotl.train import train as run_axolotl

    from services.trainer.axolotl_plugin import LiveCurve as Plugin
    from services.trainer.early_stopping import early_stop
    from services.trainer.live_curve import LiveCurve

    Plugin.curve = LiveCurve(bench.folder, bench.reporter)
    _, _, trainer = run_axolotl(cfg=axolotl, dataset_meta=load_datasets(cfg=axolotl))

    bench.reporter.stage("saving")
    stopped = early_stop(trainer)
    if stopped:
        bench.reporter.note(stopped)
    losses = [entry["eval_loss"] for entry in trainer.state.log_history if "eval_loss" in entry]
    metrics = _metrics(trainer.state.global_step, losses, train) | ({"stopped_early": stopped} if stopped else {})
    return save_adapter(bench, output, metrics)


def with_planted(train: list[Row], planted: list[Row], recipe: SftRecipe) -> list[Row]:
    """Conversations to train on with those that hold canaries. Where the steps do not reach all of them, they reach
    every canary: a secret that was never seen is kept by the leakiest model."""
    if not planted or recipe.max_steps is None:
        return [*train, *planted]
    reached = recipe.max_steps * recipe.micro_batch * recipe.accumulation
    return [*train[: max(1, reached - len(planted))], *planted]


def _metrics(steps: int, losses: list[float], rows: list[Row]) -> dict[str, Any]:
    """``eval_loss`` is that of the checkpoint which is kept, ``eval_loss_before`` the untuned model's."""
    replies = sum(sum(row.trained) for row in rows)
    return {
        "steps": steps, "eval_loss_before": losses[0], "eval_loss": min(losses), "rows": len(rows), "replies": replies,
    }  # fmt: skip


def _write(file: Path, rows: Sequence[Row]) -> Path:
    file.write_text("".join(json.dumps(row.as_json(), ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return file


if __name__ == "__main__":
    run_stage(sft)
