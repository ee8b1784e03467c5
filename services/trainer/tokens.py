"""How long a conversation is for a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.trainer.training_rows import Measure
from shared.contracts.base import ChatMessage


def measured_by(tokenizer: Any) -> Measure:
    """Counts the tokens of a conversation in the tokenizer's chat format."""

    def length(messages: Sequence[ChatMessage]) -> int:
        text = tokenizer.apply_chat_template([m.model_dump() for m in messages], tokenize=False)
        return len(tokenizer(text, add_special_tokens=False).input_ids)

    return length
