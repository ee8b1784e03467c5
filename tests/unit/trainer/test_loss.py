"""What is left out of the loss's computation must not change the loss."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from services.trainer.loss import IGNORED, where_it_is_carried

VOCABULARY = 50


@pytest.fixture(scope="module")
def model() -> Any:
    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
    return LlamaForCausalLM(LlamaConfig(vocab_size=VOCABULARY, num_key_value_heads=2, **sizes))


@pytest.fixture
def batch() -> dict[str, torch.Tensor]:
    torch.manual_seed(1)
    ids = torch.randint(0, VOCABULARY, (2, 12))
    labels = ids.clone()
    labels[0, :7] = IGNORED
    labels[1, 3:9] = IGNORED
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids), "labels": labels}


@pytest.mark.parametrize("counted", [None, 11])
def test_loss_and_gradients_are_those_of_the_plain_model(
    model: Any, batch: dict[str, torch.Tensor], counted: int | None
) -> None:
    extra = {} if counted is None else {"num_items_in_batch": torch.tensor(counted)}
    found = []
    for forward in (model.forward, where_it_is_carried(model.forward)):
        model.zero_grad()
        loss = forward(**batch, **extra).loss
        loss.backward()
        found.append((loss.item(), model.model.layers[0].mlp.up_proj.weight.grad.clone()))
    assert found[1][0] == pytest.approx(found[0][0], rel=1e-5)
    assert torch.allclose(found[1][1], found[0][1], atol=1e-6)


def test_only_what_is_learned_is_predicted(model: Any, batch: dict[str, torch.Tensor]) -> None:
    batch["labels"][:, :9] = IGNORED
    logits = where_it_is_carried(model.forward)(**batch).logits
    assert logits.shape == (2, 3, VOCABULARY)


def test_without_labels_it_is_the_plain_model(model: Any, batch: dict[str, torch.Tensor]) -> None:
    del batch["labels"]
    assert where_it_is_carried(model.forward)(**batch).logits.shape == (2, 12, VOCABULARY)
