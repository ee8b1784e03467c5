"""inference: the extensions that the gateway adds to OpenAI's chat completions.

The wire format itself is OpenAI's (``/v1/models``, ``/v1/chat/completions``); requests may carry an ``anselm`` object
(``extra_body={"anselm": {...}}`` in OpenAI's client) and answers carry one back.
"""

from __future__ import annotations

from pydantic import Field

from shared.contracts.base import Contract, Name
from shared.system_prompt import Relation


class ChatExtension(Contract):
    """With a conversation, the gateway adds its memory and remembers the new turn; without one, it does neither.

    ``relation`` is what the reader is to the persona, and so how it speaks; none: as its setting says.
    """

    conversation: str | None = Field(default=None, min_length=1, max_length=200)
    person: str | None = None
    retrieval: bool = True
    remember: bool = True
    relation: Relation | None = None


class AnswerExtension(Contract):
    """Who answered, and what the guards did. ``warnings``: what the reply had to do without."""

    persona: Name
    adapter: Name | None
    guard: str | None = None
    examples: int = 0
    warnings: list[str] = Field(default_factory=list)
