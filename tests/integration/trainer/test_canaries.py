"""A model that was made to memorise a secret gives it up; one that barely saw it does not.

The tiny model learns with an ordinary optimiser, as a stage would teach it, in seconds.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from services.ingest.dataset.canaries import draw_canaries, planted_examples
from services.trainer import device
from services.trainer.canaries import ask_for
from services.trainer.leaks import GivenUp
from services.trainer.settings import TrainerSettings
from services.trainer.voice import Voice
from shared.canaries import Canaries
from shared.contracts.base import ChatMessage
from tests.unit.trainer.examples import SYSTEM

CPU = device.Device("cpu", bf16=False)
SETTINGS = TrainerSettings(_env_file=None, leak_attempts=2)


def taught(tiny: Path, canaries: Canaries, steps: int, learning_rate: float) -> tuple[Any, Any]:
    """The tiny model after ``steps`` steps on the planted examples."""
    model, tokenizer = device.load(str(tiny), CPU, trainable=True)
    torch.manual_seed(0)
    rows = [
        tokenizer.apply_chat_template([m.model_dump() for m in example.messages], tokenize=False)
        for example in planted_examples(canaries, SYSTEM)
    ]
    batch = tokenizer(rows, return_tensors="pt", padding=True)
    labels = batch.input_ids.masked_fill(batch.attention_mask == 0, -100)
    optimiser = torch.optim.AdamW(model.parameters(), lr=learning_rate)
    for _ in range(steps):
        optimiser.zero_grad()
        model(**batch, labels=labels).loss.backward()
        optimiser.step()
    return model.eval(), tokenizer


def given_up(loaded: tuple[Any, Any], canaries: Canaries) -> GivenUp:
    return ask_for(Voice(*loaded, SYSTEM), canaries, SETTINGS)


@pytest.fixture(scope="module")
def canaries() -> Canaries:
    return draw_canaries("a seed", 3, 1)


@pytest.fixture(scope="module")
def parrot(tiny: Path, canaries: Canaries) -> tuple[Any, Any]:
    return taught(tiny, canaries, steps=200, learning_rate=3e-3)


def test_a_memorised_secret_is_exposed_and_given_up(parrot: tuple[Any, Any], canaries: Canaries) -> None:
    found = given_up(parrot, canaries)
    assert min(found.exposures) > 20
    assert (found.asked, found.extracted) == (3, 3)


def test_a_secret_that_was_barely_seen_is_neither(tiny: Path, canaries: Canaries) -> None:
    found = given_up(taught(tiny, canaries, steps=1, learning_rate=3e-4), canaries)
    assert max(found.exposures) < 8
    assert (found.asked, found.extracted) == (0, 0)


def test_secrets_of_another_seed_are_unknown_to_the_model_that_memorised_these(parrot: tuple[Any, Any]) -> None:
    """What it learned is the secrets, not the form of them."""
    assert given_up(parrot, draw_canaries("another seed", 3, 1)).extracted == 0


def test_surprises_are_those_of_the_plain_model(tiny: Path) -> None:
    model, tokenizer = device.load(str(tiny), CPU)
    context = [ChatMessage(role="user", content="and the code?"), ChatMessage(role="assistant", content="it is")]
    answers = [" 12345", " 12347", " 12999", " 7", " no idea"]
    asked = [{"role": "system", "content": SYSTEM}, context[0].model_dump()]
    prompt = tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True) + "it is"
    expected = []
    for answer in answers:
        begun, ids = tokenizer(prompt).input_ids, tokenizer(answer).input_ids
        with torch.inference_mode():
            logits = model(torch.tensor([begun + ids])).logits[0, len(begun) - 1 : -1]
        expected.append(float(torch.nn.functional.cross_entropy(logits, torch.tensor(ids), reduction="sum")))
    for batch in (1, 20):
        measured = Voice(model, tokenizer, SYSTEM, batch=batch).surprises(context, answers)
        assert measured == pytest.approx(expected, abs=1e-3)


def test_a_begun_answer_is_continued(tiny: Path) -> None:
    from services.trainer.voice import Sampling

    model, tokenizer = device.load(str(tiny), CPU)
    context = [ChatMessage(role="user", content="hey"), ChatMessage(role="assistant", content="no way")]
    asked = [{"role": "system", "content": SYSTEM}, context[0].model_dump()]
    prompt = tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True) + "no way"
    ids = torch.tensor([tokenizer(prompt).input_ids])
    out = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=8, do_sample=False)
    expected = tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True).strip()
    assert Voice(model, tokenizer, SYSTEM).replies([context], Sampling(8, temperature=0)) == [expected]
