"""retrieval: past messages, anchors and conversation memory."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime, Field

from shared.contracts.base import ChatMessage, Contract, Name


class IndexRequest(Contract):
    persona: Name
    chats: list[int] | None = None


class SearchRequest(Contract):
    persona: Name
    query: str = Field(min_length=1, max_length=8_000)
    k: int = Field(default=4, ge=1, le=50)


class Hit(Contract):
    """A past exchange of the owner. ``score`` is of reciprocal rank fusion: comparable within one answer only."""

    id: str
    context: str
    reply: str
    at: datetime
    score: float


class ContextRequest(Contract):
    persona: Name
    conversation: str = Field(min_length=1, max_length=200)
    message: str = Field(max_length=8_000)
    turns: int = Field(default=12, ge=0, le=100, description="recent turns of this conversation")
    examples: int = Field(default=3, ge=0, le=10)
    anchors: int = Field(default=2, ge=0, le=10)


class Context(Contract):
    """All that a reply needs to know, in one round trip. Turns are oldest first."""

    turns: list[ChatMessage]
    examples: list[Hit]
    anchors: list[Hit]


class AnchorChoice(StrEnum):
    """What the owner may say of a past exchange as an anchor."""

    PINNED = "pinned"
    DROPPED = "dropped"


class AnchorState(StrEnum):
    """``chosen``: by how typical and how different from the others it is."""

    PINNED = "pinned"
    CHOSEN = "chosen"
    DROPPED = "dropped"


class Anchor(Contract):
    """A past exchange that shows the owner's voice."""

    id: str
    context: str
    reply: str
    at: datetime
    state: AnchorState


class ChooseAnchor(Contract):
    choice: AnchorChoice


class Turn(Contract):
    """One message and its reply, to be remembered. ``key`` makes a repeated delivery harmless."""

    key: str
    persona: Name
    conversation: str
    person: str = Field(description="who the persona spoke with, e.g. ``telegram-4711``")
    message: str
    reply: str
    adapter: Name | None = None
    at: AwareDatetime


class Remembered(Contract):
    """All that is kept of a tester's conversations, oldest first."""

    person: str
    turns: list[Turn]


class ForgetRequest(Contract):
    """Exactly what a person, a conversation, a chat of the history or a set of messages left behind is removed.

    Of a person also goes what others said about them: wherever their name here, or one of ``names``, is mentioned.
    """

    person: str | None = None
    conversation: str | None = None
    chat: int | None = None
    message_ids: list[str] | None = None
    names: list[str] = Field(default_factory=list)


#: Name of the Celery task on queue ``memory`` that stores a ``Turn``. Its one argument is ``turn``: the turn as JSON.
REMEMBER_TASK = "retrieval.remember"
