"""The loss of a causal language model, computed where it is carried.

Two thirds of the tokens of a conversation are not the owner's and carry no loss, but predicting them costs as much: for
a small model with a large vocabulary a fifth of all work, for a large one gigabytes of memory.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import torch

#: Labels of tokens that are not learned.
IGNORED = -100


def where_it_is_carried(forward: Callable[..., Any]) -> Callable[..., Any]:
    """The same ``forward`` of a transformers model with the same loss, which predicts no token that is ignored in
    every row of the batch. Its logits are only those of the tokens that it predicted."""

    @wraps(forward)
    def predict(*args: Any, labels: torch.Tensor | None = None, **inputs: Any) -> Any:
        if labels is None or "shift_labels" in inputs:
            return forward(*args, labels=labels, **inputs)
        following = torch.nn.functional.pad(labels, (0, 1), value=IGNORED)[:, 1:]
        kept = (following != IGNORED).any(0).nonzero().squeeze(1)
        wanted = following[:, kept]
        return forward(*args, labels=wanted, shift_labels=wanted, logits_to_keep=kept, **inputs)

    return predict
