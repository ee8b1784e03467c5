"""feedback: ratings, preference pairs, rewrites, and the datasets made of them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from shared.contracts.base import ChatMessage, Contract, Name


class Verdict(StrEnum):
    LIKE_ME = "like_me"
    NOT_LIKE_ME = "not_like_me"


class Reply(Contract):
    """What was answered to what: the thing that feedback is about."""

    id: str = Field(min_length=1, max_length=200, description="id of the chat completion")
    persona: Name
    adapter: Name | None = None
    context: list[ChatMessage] = Field(description="the conversation up to and including the message answered")
    text: str
    asker: str | None = Field(default=None, description="who was answered: their words are in the context")


class RatingRequest(Contract):
    """One tester's verdict on one reply; a second verdict by the same tester replaces the first."""

    reply: Reply
    person: str
    verdict: Verdict


class Rating(Contract):
    reply_id: str
    persona: Name
    adapter: Name | None
    person: str
    verdict: Verdict
    at: datetime


class PairRequest(Contract):
    """Of two candidates for the same message, ``chosen`` sounded more like the owner.
    A rewrite by the owner is a pair whose chosen text the owner wrote."""

    key: str
    persona: Name
    context: list[ChatMessage]
    chosen: str = Field(min_length=1)
    rejected: str = Field(min_length=1)
    person: str
    asker: str | None = Field(default=None, description="who was answered: their words are in the context")
    source: str = Field(default="comparison", pattern=r"^(comparison|rewrite)$")


class PreferenceKind(StrEnum):
    DPO = "dpo"
    KTO = "kto"


class PreferenceRequest(Contract):
    persona: Name
    kind: PreferenceKind
    minimum: int = Field(default=1, ge=1, description="refuse to build from fewer")


class PreferenceDataset(Contract):
    """A folder with ``train.jsonl`` in TRL's conversational preference (DPO) or unpaired (KTO) format."""

    name: Name
    persona: Name
    kind: PreferenceKind
    rows: int
    path: str
    digest: str
    created_at: datetime


class ForgetOpinions(Contract):
    """What a person said and what was said to them, and every opinion that mentions them or one of ``names``."""

    person: str
    names: list[str] = Field(default_factory=list)


class GivenRating(Contract):
    """A verdict with what it was about."""

    reply: Reply
    verdict: Verdict
    at: datetime


class GivenPair(Contract):
    """A choice between two replies, or a rewrite, with what it was about."""

    persona: Name
    context: list[ChatMessage]
    chosen: str
    rejected: str
    source: str
    at: datetime


class Given(Contract):
    """All that is kept of a tester's feedback, oldest first."""

    person: str
    ratings: list[GivenRating]
    pairs: list[GivenPair]


class FeedbackStatistics(Contract):
    persona: Name
    like_me: int
    not_like_me: int
    pairs: int
    rewrites: int
