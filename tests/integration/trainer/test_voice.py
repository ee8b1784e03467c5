"""The voice reads its system prompt once and answers in batches; what it says must be what the model says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from services.trainer import device
from services.trainer.voice import Sampling, Voice
from shared.contracts.base import ChatMessage
from tests.unit.trainer.examples import conversation

SYSTEM = "You are Ada. This is how you write: ach.. bread 9/10"
CONTEXTS = [conversation("Hello!")[1:], conversation("How are you?", "rusty..", "Why is that? " * 5)[1:]]
REPLIES = ["ach", "too much rain, captain.. 2/10"]


@pytest.fixture(scope="module")
def loaded(tiny: Path) -> tuple[Any, Any]:
    return device.load(str(tiny), device.Device("cpu", bf16=False))


def prompt(tokenizer: Any, context: list[ChatMessage]) -> list[int]:
    messages = [{"role": "system", "content": SYSTEM}, *(m.model_dump() for m in context)]
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    ids: list[int] = tokenizer(text).input_ids
    return ids


def test_replies_are_those_of_plain_generation(loaded: tuple[Any, Any]) -> None:
    model, tokenizer = loaded
    said = Voice(model, tokenizer, SYSTEM).replies(CONTEXTS, Sampling(tokens=8, temperature=0))
    for context, reply in zip(CONTEXTS, said, strict=True):
        ids = torch.tensor([prompt(tokenizer, context)])
        out = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=8, do_sample=False)
        assert reply == tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True).strip()


def test_likelihood_is_that_of_the_plain_model(loaded: tuple[Any, Any]) -> None:
    model, tokenizer = loaded
    total, count = 0.0, 0
    for context, reply in zip(CONTEXTS, REPLIES, strict=True):
        asked, answer = prompt(tokenizer, context), [*tokenizer(reply).input_ids, tokenizer.eos_token_id]
        with torch.inference_mode():
            logits = model(torch.tensor([asked + answer])).logits[0, len(asked) - 1 : -1]
        total += float(torch.nn.functional.cross_entropy(logits, torch.tensor(answer), reduction="sum"))
        count += len(answer)
    voice, likeliest = Voice(model, tokenizer, SYSTEM), Sampling(tokens=8, temperature=0)
    said, measured = voice.beside(REPLIES, CONTEXTS, likeliest)
    assert measured == pytest.approx(total / count, abs=1e-4)
    assert said == voice.replies(CONTEXTS, likeliest)


def test_each_conversation_is_read_behind_its_own_system_prompt(loaded: tuple[Any, Any]) -> None:
    others = [[ChatMessage(role="system", content=f"You are {who}."), *CONTEXTS[0]] for who in ("Mira", "Omar")]
    mixed, likeliest = [CONTEXTS[0], others[0], others[1], others[0]], Sampling(tokens=8, temperature=0)
    alone = [Voice(*loaded, system).replies([CONTEXTS[0]], likeliest)[0] for system in (SYSTEM, "You are Mira.")]
    said = Voice(*loaded, SYSTEM).replies(mixed, likeliest)
    assert [said[0], said[1], said[3]] == [alone[0], alone[1], alone[1]]
    dressed = Voice(*loaded, "", dressed=lambda system: SYSTEM if "Mira" in system else system)
    assert dressed.replies([others[0]], likeliest) == alone[:1]


def test_the_same_seed_says_the_same_and_progress_is_told(loaded: tuple[Any, Any]) -> None:
    voice, told = Voice(*loaded, SYSTEM, batch=1), list[int]()
    first = voice.replies(CONTEXTS, Sampling(tokens=8, temperature=1.0, seed=3), told.append)
    assert voice.replies(CONTEXTS, Sampling(tokens=8, temperature=1.0, seed=3)) == first
    assert told == [1, 2]
