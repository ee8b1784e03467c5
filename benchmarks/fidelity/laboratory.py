"""Measures voices one after the other. What several jobs share is read once: a start costs as much as a small run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer
from transformers.utils.logging import disable_progress_bar

from benchmarks.fidelity import base_prompts, measuring
from benchmarks.fidelity.datasets import Lesson, examples_of, lesson, measure, system_prompt
from benchmarks.fidelity.jobs import BASE, Job, Measured, kept, variant_of
from benchmarks.fidelity.personas import History, exports, read_history
from benchmarks.fidelity.training import Learned, adapted, batches, encode, learn
from benchmarks.fidelity.variants import OURS
from services.trainer.attention import GROUPED
from services.trainer.device import Device, load
from services.trainer.training_rows import Measure
from services.trainer.voice import Conversation, Voice

#: Float32 everywhere: the figures must not depend on which processor has bfloat16.
CPU = Device("cpu", bf16=False)

#: Conversations that are answered at a time.
BATCH = 24

#: What is being done, how much of it, and how much there is.
Told = Callable[[str, int, int], None]


class Laboratory:
    """
    Args:
        location: of the base model.
        folder: where outcomes are kept.
    """

    def __init__(self, location: str, folder: Path, told: Told) -> None:
        torch.set_num_threads(1)  # a run is to take what it takes, however many cores there are
        disable_progress_bar()  # of loading weights, across the benchmark's own
        self._location, self._folder, self._told = location, folder, told

    def measured(self, job: Job) -> Measured:
        return self._base(job) if job.variant == BASE else self._trained(job)

    def _trained(self, job: Job) -> Measured:
        train, _ = _histories(job.persona)
        variant = variant_of(job)
        taught = lesson(variant, train, self._length)
        model, tokenizer = load(self._location, CPU, trainable=True)
        began = time.process_time()
        learned = self._learn(model, tokenizer, job, taught)
        details = {
            "rows": len(taught.rows), "tokens": learned.tokens, "carrying": learned.carrying, "steps": learned.steps,
            "train_cpu_s": round(time.process_time() - began, 1), "curve": [round(loss, 3) for loss in learned.losses],
        }  # fmt: skip
        return Measured(self._outcome(job, model, partial(system_prompt, train, variant), taught.opening), details)

    def _learn(self, model: Any, tokenizer: Any, job: Job, taught: Lesson) -> Learned:
        """Leaves the adapter merged into the model, as it is served on a CPU."""
        training = variant_of(job).training
        torch.manual_seed(job.seed)
        adapter = adapted(model, training)
        plan = batches([encode(row, tokenizer) for row in taught.rows], training, job.budget, job.seed)
        told = self._telling("tokens read", job.budget)
        learned = learn(adapter, plan, training, tokenizer.pad_token_id, told)
        adapter.merge_and_unload().eval().set_attn_implementation(GROUPED)
        return learned

    def _base(self, job: Job) -> Measured:
        """The prompt is chosen once, by what the model finds least surprising with it: that depends on no seed."""
        train, _ = _histories(job.persona)
        model, _ = load(self._location, CPU)
        prompts = {prompt.name: prompt for prompt in base_prompts.candidates(job.persona, examples_of(train, OURS))}
        first = kept(replace(job, seed=0), self._folder)
        found = {
            name: self._outcome(job, model, prompts[name].instead, prompts[name].opening)
            for name in ([first.details["prompt"]] if first else prompts)
        }
        losses = {name: round(measuring.mean_loss(outcome), 4) for name, outcome in found.items()}
        best = min(losses, key=lambda name: losses[name])
        return Measured(found[best], {"prompt": best, "prompts": losses})

    def _outcome(self, job: Job, model: Any, dressed: Callable[[str], str], opening: Conversation) -> measuring.Outcome:
        """The same contexts for all, as ours is written, but ``dressed`` in the prompt that a variant learned under."""
        _, valid = _histories(job.persona)
        examples = measuring.held_out(examples_of(valid, OURS), job.size)
        voice = Voice(model, self._tokenizer, "", dressed=dressed, opening=opening, batch=BATCH)
        told = self._telling("answers", job.size.messages)
        return measuring.outcome(voice, examples, self._length, job.size, job.seed, told)

    def _telling(self, what: str, total: int) -> Callable[[int], None]:
        return lambda done: self._told(what, done, total)

    @cached_property
    def _tokenizer(self) -> Any:
        return AutoTokenizer.from_pretrained(self._location)

    @cached_property
    def _length(self) -> Measure:
        return measure(self._tokenizer)


@lru_cache(maxsize=1)
def _histories(persona: str) -> tuple[History, History]:
    train, valid = exports(persona)
    return read_history(train), read_history(valid)
