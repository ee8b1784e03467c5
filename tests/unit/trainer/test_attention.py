from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from services.trainer.attention import GROUPED


def model(attention: str) -> Any:
    torch.manual_seed(0)
    sizes = {"hidden_size": 48, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 6}
    config = LlamaConfig(vocab_size=50, num_key_value_heads=2, attn_implementation=attention, **sizes)
    return LlamaForCausalLM(config).eval()


@pytest.mark.parametrize("padding", [0, 3])
def test_it_attends_as_plain_products_do(padding: int) -> None:
    ids = torch.arange(20).reshape(2, 10)
    mask = torch.ones_like(ids)
    mask[0, :padding] = 0
    with torch.inference_mode():
        plain, grouped = (model(name)(input_ids=ids, attention_mask=mask).logits for name in ("eager", GROUPED))
        said = [
            model(name).generate(input_ids=ids, attention_mask=mask, max_new_tokens=5, do_sample=False)
            for name in ("eager", GROUPED)
        ]
    assert torch.allclose(plain[mask == 1], grouped[mask == 1], atol=1e-5)
    assert said[0].tolist() == said[1].tolist()
