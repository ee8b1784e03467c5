"""What a model reads before it answers. Conversations are lists of chat messages, the last one to be answered."""

from __future__ import annotations

from collections.abc import Sequence

from shared.contracts.base import ChatMessage
from shared.contracts.ingest import Example

#: Real exchanges shown to the untuned model: enough to show a voice, few enough to leave room for the conversation.
EXCHANGES = 6

#: Longer messages are cut in the prompt; it is their answers that show the voice.
MESSAGE_CHARACTERS = 100

_SHOWN = """{system}

This is how they write. Copy the voice exactly: length, case, punctuation, emoji, favourite words.

{exchanges}"""


def context_of(example: Example) -> tuple[ChatMessage, ...]:
    """The conversation before the owner's reply."""
    return tuple(example.messages[:-1])


def reply_of(example: Example) -> str:
    return example.messages[-1].content


def good_prompt(system: str, train: Sequence[Example]) -> str:
    """The system prompt with real exchanges of the training split: what one does with a model without fine-tuning."""
    return _SHOWN.format(system=system, exchanges="\n\n".join(map(_exchange, typical_exchanges(train, EXCHANGES))))


def typical_exchanges(train: Sequence[Example], count: int) -> list[Example]:
    """Examples whose replies are of middling length, from as many threads as possible."""
    typical = sorted(train, key=lambda e: (len(reply_of(e)), e.id))
    middle = typical[len(typical) // 4 : max(1, len(typical) * 3 // 4)] or typical
    by_thread = {example.thread: example for example in middle}
    candidates = sorted(by_thread.values() if len(by_thread) >= count else middle, key=lambda e: e.id)
    return candidates[:: max(1, len(candidates) // count)][:count]


def _exchange(example: Example) -> str:
    message = example.messages[-2].content
    shown = message if len(message) <= MESSAGE_CHARACTERS else f"{message[:MESSAGE_CHARACTERS]}…"
    return f"Message: {shown}\nReply: {reply_of(example)}"
