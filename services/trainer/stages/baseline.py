"""Measure the untuned model with a prompt made from real examples: what fine-tuning has to beat.

python -m services.trainer.stages.baseline ANSELM_HOME/runs/<id>
"""

from __future__ import annotations

from functools import cache, partial
from typing import Any

from services.trainer.baselines import Baseline, baseline_name, keep_baseline, read_baseline
from services.trainer.examples import Dataset, held_out, read_dataset, spread
from services.trainer.prompts import good_prompt, reply_of
from services.trainer.stages.bench import Bench, run_stage
from shared.system_prompt import USUAL, fill

#: Held-out messages answered one at a time, to measure how long a reply takes; drawn with the same seed each time.
TIMED = 1

#: Messages of the training split answered, for the style classifier to know the base model's voice.
TRAINING_REPLIES = 8


def baseline(bench: Bench) -> dict[str, Any]:
    dataset = read_dataset(bench.settings.anselm_home, bench.plan.dataset)
    kept = base_voice(bench, dataset)

    from services.trainer.measuring import owner_figures, style_classifier, voice_figures

    bench.reporter.stage("scoring")
    real = [reply_of(e) for e in held_out(dataset, bench.settings.heldout_messages).examples]
    classifier = style_classifier(dataset, kept.training_replies)
    base = voice_figures(kept.replies, real, dataset, classifier) | {"nll": kept.nll, "latency_s": kept.latency_s}
    return {"base": base, "owner": owner_figures(real, dataset, classifier)}


def base_voice(bench: Bench, dataset: Dataset) -> Baseline:
    """The base model's replies, from an earlier run where there was one."""
    name = baseline_name(dataset.name, bench.plan.base_model, bench.settings)
    kept = read_baseline(bench.settings, name)
    if kept is None:
        kept = _ask(bench, dataset)
        keep_baseline(bench.settings, name, dataset.name, kept)
    return kept


def _ask(bench: Bench, dataset: Dataset) -> Baseline:
    from services.trainer import base_model, canaries, device
    from services.trainer.measuring import contexts_of
    from services.trainer.tokens import measured_by
    from services.trainer.voice import Sampling, Voice

    settings = bench.settings
    location = base_model.prepare(settings, bench.plan.base_model)
    model, tokenizer = device.load(location, device.choose(settings))
    shown = cache(partial(good_prompt, train=dataset.train))
    voice = Voice(model, tokenizer, shown(fill(dataset.system, USUAL)), dressed=shown)

    held = held_out(dataset, settings.heldout_messages).examples
    training = spread(dataset.train, TRAINING_REPLIES)
    length = measured_by(tokenizer)
    contexts = contexts_of(held, length)
    sampling = Sampling(settings.reply_tokens, settings.reply_temperature)

    bench.reporter.stage("base model answers", total=len(held) + len(training), unit="replies")
    replies, nll = voice.beside([reply_of(e) for e in held], contexts, sampling, bench.reporter.advance)
    training_replies = voice.replies(
        contexts_of(training, length), sampling, lambda done: bench.reporter.advance(len(held) + done)
    )
    latency = voice.seconds_a_reply(contexts[:TIMED], sampling)
    given_up = canaries.ask_for(voice, dataset.canaries, settings) if dataset.canaries else None
    return Baseline(replies, training_replies, nll, latency, given_up)


if __name__ == "__main__":
    run_stage(baseline)
