"""Measure an adapter on held-out messages, beside the base model and the owner.

python -m services.trainer.stages.evaluate ANSELM_HOME/runs/<id>
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from services.trainer.examples import held_out, read_dataset
from services.trainer.leaks import Told, leaks_of
from services.trainer.prompts import reply_of
from services.trainer.stages.baseline import TIMED, base_voice
from services.trainer.stages.bench import Bench, run_stage
from shared.contracts.base import ChatMessage
from shared.contracts.trainer import Sample
from shared.system_prompt import USUAL, fill

#: Rows of the table that a person reads.
SAMPLES = 12

#: Conversations answered with and without the adapter, to see whether it changes anything.
COMPARED, COMPARED_TOKENS = 4, 8


def evaluate(bench: Bench) -> dict[str, Any]:
    assert bench.plan.adapter is not None
    settings = bench.settings
    dataset = read_dataset(settings.anselm_home, bench.plan.dataset)
    bench.adapters.verify(bench.plan.adapter)
    base = base_voice(bench, dataset)

    from services.trainer import base_model, canaries, device
    from services.trainer.measuring import contexts_of, owner_figures, style_classifier, voice_figures
    from services.trainer.tokens import measured_by
    from services.trainer.voice import Sampling, Voice

    bench.reporter.stage("loading")
    location = base_model.prepare(settings, bench.plan.base_model)
    model, tokenizer = device.load(location, device.choose(settings), bench.adapters.path(bench.plan.adapter))

    held = held_out(dataset, settings.heldout_messages)
    real = [reply_of(e) for e in held.examples]
    contexts = contexts_of(held.examples, measured_by(tokenizer))
    sampling = Sampling(settings.reply_tokens, settings.reply_temperature)

    identical = _unchanged(model, tokenizer, fill(dataset.system, USUAL), contexts[:COMPARED])
    if settings.require_merged:  # measured as it is served, and a sixth faster
        model.merge_adapter()
    voice = Voice(model, tokenizer, fill(dataset.system, USUAL))
    bench.reporter.stage("persona answers", total=len(real), unit="replies")
    replies, nll = voice.beside(real, contexts, sampling, bench.reporter.advance)

    bench.reporter.stage("asking for planted secrets")
    given_up = canaries.ask_for(voice, dataset.canaries, settings) if dataset.canaries else None

    bench.reporter.stage("scoring")
    classifier = style_classifier(dataset, base.training_replies)
    persona = voice_figures(replies, real, dataset, classifier)
    persona |= {"nll": nll, "latency_s": voice.seconds_a_reply(contexts[:TIMED], sampling), "identical": identical}
    untuned = voice_figures(base.replies, real, dataset, classifier) | {"nll": base.nll, "latency_s": base.latency_s}

    samples = [_sample(*row) for row in zip(contexts, base.replies, replies, real, strict=True)][:SAMPLES]
    (bench.folder.work / "samples.json").write_text(json.dumps([s.model_dump() for s in samples]))
    return {
        "split": held.split,
        "owner": owner_figures(real, dataset, classifier),
        "base": untuned,
        "persona": persona,
        "leaks": leaks_of(dataset, Told(replies, given_up), Told(base.replies, base.given_up)).model_dump(),
    }


def _unchanged(model: Any, tokenizer: Any, system: str, contexts: Sequence[Sequence[ChatMessage]]) -> float:
    """The share of conversations that the adapter answers as the base model does."""
    from services.trainer.voice import Sampling, Voice

    likeliest = Sampling(COMPARED_TOKENS, temperature=0)
    adapted = Voice(model, tokenizer, system).replies(contexts, likeliest)
    with model.disable_adapter():
        plain = Voice(model, tokenizer, system).replies(contexts, likeliest)
    return sum(a == b for a, b in zip(adapted, plain, strict=True)) / len(adapted)


def _sample(context: Sequence[ChatMessage], base: str, persona: str, owner: str) -> Sample:
    before = [turn for turn in context[:-1] if turn.role != "system"]
    return Sample(context=before, message=context[-1].content, base=base, persona=persona, owner=owner)


if __name__ == "__main__":
    run_stage(evaluate)
