"""Measure one voice, in a process of its own: ``python -m benchmarks.fidelity.run JOB FOLDER`` (a job as JSON)."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer

from benchmarks.fidelity import base_prompts, measuring
from benchmarks.fidelity.datasets import Lesson, examples_of, lesson, measure, system_prompt
from benchmarks.fidelity.jobs import BASE, Job, Measured, from_json, keep, kept, variant_of
from benchmarks.fidelity.personas import History, exports, read_history
from benchmarks.fidelity.training import Learned, adapted, batches, encode, learn
from benchmarks.fidelity.variants import OURS, Variant
from services.trainer import base_model
from services.trainer.attention import GROUPED
from services.trainer.device import Device, load
from services.trainer.settings import TrainerSettings
from services.trainer.voice import Voice

#: Float32 everywhere: the figures must not depend on which processor has bfloat16.
CPU = Device("cpu", bf16=False)


def measured(job: Job, location: str, folder: Path) -> Measured:
    train, valid = (read_history(export) for export in exports(job.persona))
    if job.variant == BASE:
        return _base(job, location, train, valid, folder)
    return _trained(job, location, train, valid)


def _trained(job: Job, location: str, train: History, valid: History) -> Measured:
    variant = variant_of(job)
    tokenizer = AutoTokenizer.from_pretrained(location)
    taught = lesson(variant, train, measure(tokenizer))
    began = time.process_time()
    model, learned = _learned(job, location, taught)
    seconds = time.process_time() - began
    voice = Voice(model, tokenizer, system_prompt(train, variant), opening=taught.opening)
    details = {
        "rows": len(taught.rows), "tokens": learned.tokens, "carrying": learned.carrying, "steps": learned.steps,
        "train_cpu_s": round(seconds, 1), "curve": [round(loss, 3) for loss in learned.losses],
    }  # fmt: skip
    return Measured(_outcome(voice, valid, job, tokenizer), details)


def _learned(job: Job, location: str, taught: Lesson) -> tuple[Any, Learned]:
    """The model with the adapter merged into it, as it is served on a CPU."""
    training = variant_of(job).training
    model, tokenizer = load(location, CPU, trainable=True)
    torch.manual_seed(job.seed)
    adapter = adapted(model, training)
    plan = batches([encode(row, tokenizer) for row in taught.rows], training, job.budget, job.seed)
    learned = learn(adapter, plan, training, tokenizer.pad_token_id, _telling("trains", job.budget))
    merged = adapter.merge_and_unload().eval()
    merged.set_attn_implementation(GROUPED)
    return merged, learned


def _base(job: Job, location: str, train: History, valid: History, folder: Path) -> Measured:
    """The prompt is chosen once, by what the model finds least surprising with it: that does not depend on a seed."""
    model, tokenizer = load(location, CPU)
    candidates = {p.name: p for p in base_prompts.candidates(job.persona, examples_of(train, OURS))}
    first = kept(replace(job, seed=0), folder)
    names = [first.details["prompt"]] if first else list(candidates)
    found = {}
    for name in names:
        voice = Voice(model, tokenizer, candidates[name].system, opening=candidates[name].opening)
        found[name] = _outcome(voice, valid, job, tokenizer)
    losses = {name: round(measuring.mean_loss(outcome), 4) for name, outcome in found.items()}
    best = min(losses, key=lambda name: losses[name])
    return Measured(found[best], {"prompt": best, "prompts": losses})


def _outcome(voice: Voice, valid: History, job: Job, tokenizer: Any) -> measuring.Outcome:
    """The same context for all: as ours is written, whatever a variant learned from."""
    examples = measuring.held_out(examples_of(valid, OURS), job.size)
    told = _telling("answers", job.size.messages)
    return measuring.outcome(voice, examples, measure(tokenizer), job.size, job.seed, told)


def _telling(what: str, total: int) -> Callable[[int], None]:
    """One line a step, for who waits: what is done, how much of how much."""
    return lambda done: print(f"{what}\t{done}\t{total}", flush=True)


def main(text: str, folder: str) -> None:
    torch.set_num_threads(1)  # a run is to take what it takes, however many cores there are
    job = from_json(text)
    keep(job, Path(folder), measured(job, base_model.prepare(TrainerSettings(), job.model), Path(folder)))


if __name__ == "__main__":
    main(*sys.argv[1:])
