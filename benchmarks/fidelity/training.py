"""One LoRA run on a budget of tokens: the recipe's optimiser and schedule in a plain loop.

Axolotl takes longer to start than a run of this size takes to learn, and stops at steps, not at tokens.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import get_cosine_schedule_with_warmup

from benchmarks.fidelity.variants import Training
from services.trainer.axolotl_config import upper_layers
from services.trainer.loss import IGNORED, where_it_is_carried
from services.trainer.training_rows import Row
from shared.contracts.base import ChatMessage

#: Batches among which conversations are put together by length, as transformers' trainer does.
SORTED_TOGETHER = 50
LARGEST_GRADIENT = 1.0

Done = Callable[[int], None]


@dataclass(frozen=True)
class Encoded:
    """A conversation as a model reads it; ``labels`` are ``IGNORED`` where nothing is learned."""

    tokens: list[int]
    labels: list[int]


@dataclass(frozen=True)
class Learned:
    """``tokens`` were read, ``carrying`` of them carried loss; ``losses`` are those of the steps."""

    tokens: int
    carrying: int
    steps: int
    losses: list[float]


def encode(row: Row, tokenizer: Any) -> Encoded:
    """The owner's words and the token that ends their turn are learned, as axolotl is told to."""
    tokens: list[int] = []
    labels: list[int] = []
    for number, trained in enumerate(row.trained):
        turn = _ids(row.messages[: number + 1], tokenizer)[len(tokens) :]
        tokens += turn
        if not trained:
            labels += [IGNORED] * len(turn)
            continue
        header = len(_ids(row.messages[:number], tokenizer, answer=True)) - (len(tokens) - len(turn))
        end = turn.index(tokenizer.eos_token_id) + 1
        labels += [IGNORED] * header + turn[header:end] + [IGNORED] * (len(turn) - end)
    return Encoded(tokens, labels)


def batches(rows: Sequence[Encoded], training: Training, budget: int, seed: int) -> list[list[Encoded]]:
    """What is read, in its order: ``budget`` tokens. Where there are too few conversations for that, they are read more
    often than the recipe says."""
    draw = random.Random(seed)
    chosen = _within(draw.sample(rows, len(rows)), budget // training.epochs)
    found: list[list[Encoded]] = []
    while left := _within(chosen, budget - sum(len(row.tokens) for batch in found for row in batch)):
        found += _epoch(left, training.batch, draw)
    return found


def adapted(model: Any, training: Training) -> Any:
    from peft import LoraConfig, get_peft_model

    every, share = model.config.num_hidden_layers, training.layers
    model.forward = where_it_is_carried(model.forward)
    config = LoraConfig(
        r=training.rank,
        lora_alpha=training.alpha,
        lora_dropout=training.dropout,
        target_modules=_linear(model) if training.targets == "all-linear" else training.targets.split(","),
        layers_to_transform=upper_layers(every, share) if share < 1 else None,
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, config).train()


def learn(model: Any, plan: Sequence[Sequence[Encoded]], training: Training, pad: int, done: Done) -> Learned:
    """Train an ``adapted`` model on the batches of a plan."""
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(weights, lr=training.learning_rate, weight_decay=0.0)
    schedule = get_cosine_schedule_with_warmup(optimiser, round(training.warmup * len(plan)), len(plan))
    losses, read = [], 0
    for batch in plan:
        loss = model(**_padded(batch, pad)).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, LARGEST_GRADIENT)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        losses.append(loss.item())
        read += sum(len(row.tokens) for row in batch)
        done(read)
    carrying = sum(label != IGNORED for batch in plan for row in batch for label in row.labels)
    return Learned(read, carrying, len(plan), losses)


def _within(rows: Sequence[Encoded], budget: int) -> list[Encoded]:
    """As many of the conversations, in their order, as can be read on a budget of tokens."""
    chosen = []
    for row in rows:
        if len(row.tokens) <= budget:
            chosen.append(row)
            budget -= len(row.tokens)
    return chosen


def _linear(model: Any) -> list[str]:
    """The linear layers by name, but for the one that predicts: those that axolotl adapts when asked for all."""
    names = {name for name, module in model.named_modules() if isinstance(module, torch.nn.Linear)}
    return sorted({name.rsplit(".", 1)[-1] for name in names} - {"lm_head"})


def _epoch(rows: Sequence[Encoded], size: int, draw: random.Random) -> list[list[Encoded]]:
    shuffled, found = draw.sample(rows, len(rows)), []
    for start in range(0, len(shuffled), SORTED_TOGETHER * size):
        some = sorted(shuffled[start : start + SORTED_TOGETHER * size], key=lambda row: -len(row.tokens))
        found += [some[at : at + size] for at in range(0, len(some), size)]
    draw.shuffle(found)
    return found


def _ids(messages: Sequence[ChatMessage], tokenizer: Any, *, answer: bool = False) -> list[int]:
    text = tokenizer.apply_chat_template(
        [m.model_dump() for m in messages], tokenize=False, add_generation_prompt=answer
    )
    ids: list[int] = tokenizer(text, add_special_tokens=False).input_ids
    return ids


def _padded(batch: Sequence[Encoded], pad: int) -> dict[str, torch.Tensor]:
    width = max(len(row.tokens) for row in batch)
    return {
        "input_ids": torch.tensor([row.tokens + [pad] * (width - len(row.tokens)) for row in batch]),
        "attention_mask": torch.tensor([[1] * len(row.tokens) + [0] * (width - len(row.tokens)) for row in batch]),
        "labels": torch.tensor([row.labels + [IGNORED] * (width - len(row.labels)) for row in batch]),
    }
