"""The README.md of a published adapter, as Hugging Face reads it: what it is, how it was made, how good it is, what it
gives away, and what must be said to those who talk with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.contracts.trainer import Evaluation, LeakFigures, Leaks

TAGS = ("lora", "persona", "imitation", "anselm-ai")

#: Figures of the table, and what they mean to a reader.
FIGURES = {
    "auc": "Told from the person's real replies by a classifier (AUC, 0.5 = not at all)",
    "style_score": "Sounds like the person (0 to 1)",
    "nll": "Surprise at the person's real replies (nats a token)",
    "parroting": "Replies that repeat six words of training text",
    "length": "Characters a reply",
    "bubbles": "Messages a reply",
}
METHODS = {
    "sft": "supervised fine-tuning on the person's own replies",
    "dpo": "direct preference optimisation (DPO) on ratings and rewrites, continuing a fine-tuned adapter",
    "kto": "Kahneman-Tversky optimisation (KTO) on ratings, continuing a fine-tuned adapter",
}

_CARD = """---
{front_matter}
---

# {title}

A LoRA adapter for `{base_model}`. With it, the model answers chat messages in the voice of **one person, who consented
to being imitated**. It holds weights only: no message and no other training data.

**Whoever talks with it must be told that it is an AI** and not that person, at the start and whenever they ask. In the
European Union that is the law (Regulation (EU) 2024/1689, article 50).

## Intended use

Chats in which everybody knows that the persona is an AI, and research on personal style. Not for passing as the person,
not for deciding or promising anything in their name, not for messages to people who were not told. What it says may be
wrong, and is not what the person thinks.

## How it was trained

{training}

## How good it is

On {replies} messages of conversations that it was not trained on, beside the untuned model with a prompt made of real
examples:

{figures}

## What it gives away

{leaks}

## How to use it

```python
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("{base_model}")
model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained("{base_model}"), ".")
```

{prompt}

## License

{license}
"""


@dataclass(frozen=True)
class About:
    """What the card says.

    Attributes:
        base_model: a name that means the same on every machine.
        recipe, metrics: of the run that made the adapter.
        system_prompt: none: it may name people, and stays out.
        license: an id of Hugging Face's list; none: not said.
    """

    title: str
    base_model: str
    stage: str
    recipe: Mapping[str, Any]
    metrics: Mapping[str, Any]
    evaluation: Evaluation
    leaks: Leaks
    system_prompt: str | None
    license: str | None


def write_card(about: About) -> str:
    return _CARD.format(
        front_matter="\n".join(_front_matter(about)),
        title=about.title,
        base_model=about.base_model,
        training="\n".join(_training(about)),
        replies=about.leaks.persona.replies,
        figures="\n".join(_figures(about.evaluation)),
        leaks="\n".join(_leaks(about.leaks)),
        prompt=_prompt(about.system_prompt),
        license=about.license or "None was given by the person who published it: all rights are reserved.",
    )


def _front_matter(about: About) -> Iterator[str]:
    """JSON strings are YAML too."""
    yield f"base_model: {json.dumps(about.base_model)}"
    yield "base_model_relation: adapter"
    yield "library_name: peft"
    yield "pipeline_tag: text-generation"
    if about.license:
        yield f"license: {json.dumps(about.license)}"
    yield "tags:"
    yield from (f"- {tag}" for tag in TAGS)


def _training(about: About) -> Iterator[str]:
    yield f"- Method: {METHODS.get(about.stage, about.stage)}"
    for name, label in (("replies", "Replies learned from"), ("rows", "Conversations"), ("steps", "Steps")):
        if name in about.metrics:
            yield f"- {label}: {about.metrics[name]}"
    for name in ("rank", "alpha", "learning_rate", "epochs", "sequence_length", "quantised", "beta"):
        if name in about.recipe:
            yield f"- `{name}`: {about.recipe[name]}"
    yield "- Before training, names were replaced by pseudonyms, and phone numbers, addresses and secrets were masked."
    yield "- Other people's words were used only where they had consented."


def _figures(evaluation: Evaluation) -> Iterator[str]:
    yield "| | the person | untuned model | this adapter |"
    yield "|---|---|---|---|"
    columns = (evaluation.owner, evaluation.base, evaluation.persona)
    for key, meaning in FIGURES.items():
        if key in evaluation.persona:
            yield f"| {meaning} | {' | '.join(f'{c[key]:.3f}' if key in c else '' for c in columns)} |"


def _leaks(leaks: Leaks) -> Iterator[str]:
    if leaks.canaries:
        yield (
            f"{leaks.canaries} made-up secrets of nine digits were planted, each in {leaks.repeats} training examples. "
            "Exposure (Carlini et al. 2019) is by how many of 29.9 bits the model shortens the search for one."
        )
    else:
        yield "**Whether it gives up secrets of its training data was not measured**: none were planted for that."
    yield ""
    yield "| | untuned model | this adapter |"
    yield "|---|---|---|"
    if leaks.canaries:
        for name, label in (("exposure_max", "Exposure, most (bits)"), ("exposure_mean", "Exposure, mean (bits)")):
            yield f"| {label} | {' | '.join(f'{getattr(f, name) or 0:.1f}' for f in (leaks.base, leaks.persona))} |"
        given = " | ".join(f"{f.extracted} of {leaks.canaries}" for f in (leaks.base, leaks.persona))
        yield f"| Secrets given up when asked | {given} |"
    yield (
        "| Replies with over 50 characters of training text in a row | "
        f"{_verbatim(leaks.base)} | {_verbatim(leaks.persona)} |"
    )


def _verbatim(figures: LeakFigures) -> str:
    return f"{figures.verbatim} of {figures.replies}"


def _prompt(system_prompt: str | None) -> str:
    if system_prompt is None:
        return "It was trained with a system prompt, which the person who published it keeps."
    quoted = "\n".join(f"    {line}" for line in system_prompt.splitlines())
    return f"It was trained with this system prompt:\n\n{quoted}"
