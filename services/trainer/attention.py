"""Attention for reading on a CPU: PyTorch's fused kernel, whose groups of query heads share a key and a value head.

Under a mask, transformers first copies keys and values once for every query head. For a batch that is answered token
by token, those copies take longer than anything else.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import sdpa_mask

GROUPED = "grouped_sdpa"


def grouped_attention(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """Grouped-query attention (Ainslie et al. 2023, arXiv:2305.13245), as transformers calls it.

    Args:
        query: (batch, query heads, length, size of a head).
        key, value: (batch, heads, length with what was read before, size of a head).

    Returns:
        What was attended to, (batch, length, query heads, size of a head), and no weights.
    """
    attended = torch.nn.functional.scaled_dot_product_attention(
        query,
        key,
        value,
        attn_mask=attention_mask,
        dropout_p=dropout,
        scale=scaling,
        is_causal=attention_mask is None and query.shape[2] > 1,
        enable_gqa=True,
    )
    return attended.transpose(1, 2).contiguous(), None


AttentionInterface.register(GROUPED, grouped_attention)
AttentionMaskInterface.register(GROUPED, sdpa_mask)
