"""What the owner sees of masking, and says about it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from shared.contracts.base import Contract


class ListName(StrEnum):
    """``allow``: never masked; ``deny``: always masked, as ``<private>``."""

    ALLOW = "allow"
    DENY = "deny"


#: As it stands in messages. A single letter would be found everywhere.
PhraseText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200, pattern=r"\w")]


class Phrase(Contract):
    phrase: str = Field(repr=False)
    added_at: datetime


class Phrases(Contract):
    """Whole words and whole numbers, in any case."""

    phrases: list[PhraseText] = Field(min_length=1, max_length=1_000, repr=False)


class Offender(Contract):
    """Where something private was found in a dataset that was to be sealed; what it is, is not told."""

    example: str = Field(description="its id; system_prompt where that is it")
    message_ids: list[str] = Field(description="``chat:message`` of the messages that hold it, or hold it together")
    kinds: list[str]


class ReviewSample(Contract):
    """A message with something masked. ``before`` only where it was asked for."""

    chat: int
    message: int
    at: datetime
    masked: dict[str, int] = Field(description="masked strings by kind")
    after: str = Field(repr=False)
    before: str | None = Field(default=None, repr=False)


class Review(Contract):
    counts: dict[str, int] = Field(description="masked strings by kind, in everything stored")
    samples: list[ReviewSample]
