"""What DPO and KTO have in common: rows of feedback in TRL's conversational formats, and a trainer that continues an
adapter. https://huggingface.co/docs/trl/dataset_formats"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from services.trainer.following import describe, recipe_of
from services.trainer.recipes.schema import PreferenceRecipe
from services.trainer.saving import already_saved, save_adapter
from services.trainer.tokens import measured_by
from services.trainer.training_rows import Measure, shortened
from shared.artifacts import ArtifactStore
from shared.contracts.base import ChatMessage
from shared.errors import Invalid
from shared.system_prompt import Register, fill, language_spoken

if TYPE_CHECKING:
    from services.trainer.stages.bench import Bench

Row = dict[str, Any]

#: Fields of a row that hold an answer to its prompt.
ANSWERS = ("chosen", "rejected", "completion")


def continue_adapter(bench: Bench, make: Callable[..., Any]) -> dict[str, Any]:
    """Train the plan's adapter further and keep the outcome under a new name.

    Args:
        make: builds TRL's trainer from ``model``, ``rows``, ``tokenizer``, ``options``, ``beta`` and ``callbacks``.
    """
    saved = already_saved(bench)
    if saved:
        return saved
    assert bench.plan.adapter is not None
    bench.adapters.verify(bench.plan.adapter)

    from services.trainer import base_model, device
    from services.trainer.live_curve import LiveCurve

    machine = device.choose(bench.settings)
    resolved = recipe_of(bench.settings, bench.plan, machine)
    recipe = resolved.of(PreferenceRecipe)
    bench.resolved(describe(resolved, bench.plan.base_model, None, machine, None))
    location = base_model.prepare(bench.settings, bench.plan.base_model)
    parent = bench.adapters.path(bench.plan.adapter)
    model, tokenizer = device.load(location, machine, parent, trainable=True)

    bench.reporter.stage("preparing")
    template = bench.adapters.manifest(bench.plan.adapter)["system_prompt"]
    rows = _read(bench, template, measured_by(tokenizer), recipe.sequence_length)

    output = bench.folder.output
    trainer = make(
        model=model, rows=rows, tokenizer=tokenizer, options=_options(recipe, str(output), len(rows), machine),
        beta=recipe.beta, callbacks=[LiveCurve(bench.folder, bench.reporter)],
    )  # fmt: skip
    trainer.train(resume_from_checkpoint=any(output.glob("checkpoint-*/trainer_state.json")))

    bench.reporter.stage("saving")
    trained = bench.folder.work / "trained"
    model.save_pretrained(trained, selected_adapters=["default"])
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    return save_adapter(bench, trained, {"steps": trainer.state.global_step, "loss": losses[-1], "rows": len(rows)})


def _read(bench: Bench, template: str, length: Measure, limit: int) -> list[Row]:
    assert bench.plan.preferences is not None
    store = ArtifactStore(bench.settings.anselm_home / "preferences")
    store.verify(bench.plan.preferences)
    lines = (store.path(bench.plan.preferences) / "train.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [fitted(json.loads(line), template, length, limit) for line in lines]
    fitting = [row for row in rows if row is not None]
    if not fitting:
        raise Invalid(f"{bench.plan.preferences} has no row that fits {limit} tokens.")
    return fitting


def fitted(row: Row, template: str, length: Measure, limit: int) -> Row | None:
    """A row whose conversation begins with the persona's system prompt, as a friend is served it, and, with its
    longest answer, has at most ``limit`` tokens; none where that cannot be."""
    turns = [ChatMessage(**m) for m in row["prompt"] if m["role"] != "system"]
    said = [turn.content for turn in turns if turn.role == "user"]
    system = fill(template, Register(language=language_spoken(said)))
    answers = [ChatMessage(**row[name][0]) for name in ANSWERS if name in row]
    longest = max(answers, key=lambda answer: len(answer.content))
    whole = shortened([ChatMessage(role="system", content=system), *turns, longest], length, limit)
    return None if whole is None else row | {"prompt": [m.model_dump() for m in whole[:-1]]}


def _options(recipe: PreferenceRecipe, output: str, rows: int, machine: Any) -> dict[str, Any]:
    """Transformers' training arguments."""
    an_epoch = -(-rows // (recipe.micro_batch * recipe.accumulation))
    steps = recipe.max_steps or max(1, round(an_epoch * recipe.epochs))
    return {
        "output_dir": output,
        "max_steps": steps,
        "per_device_train_batch_size": recipe.micro_batch,
        "gradient_accumulation_steps": recipe.accumulation,
        "learning_rate": recipe.learning_rate,
        "warmup_steps": int(recipe.warmup * steps),
        "lr_scheduler_type": "cosine",
        "save_strategy": "steps",
        "save_steps": max(1, steps // recipe.checkpoints),
        "save_total_limit": 2,
        "logging_steps": 1,
        "logging_nan_inf_filter": False,
        "report_to": [],
        "use_cpu": not machine.gpu,
        "bf16": machine.bf16,
        "gradient_checkpointing": machine.gpu,
        "dataloader_pin_memory": machine.gpu,
        "max_length": recipe.sequence_length,
        "seed": recipe.seed,
    }
