"""Forgetting: what is asked, what the receipt says, and what a later scan finds."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from shared.contracts.base import Contract, Removed


class SubjectKind(StrEnum):
    CONTACT = "contact"
    TESTER = "tester"
    CHAT = "chat"


class ForgetRequest(Contract):
    """Somebody, or a chat, to be forgotten everywhere, or to be looked for afterwards."""

    subject: str = Field(
        min_length=1,
        max_length=300,
        description="a contact's pseudonym or exact name, a tester as ``telegram-4711``, or a chat's id or exact name; "
        "to verify also the id of a receipt",
    )
    kind: SubjectKind | None = Field(default=None, description="what it is, where its form does not tell")


class ForgettingReceipt(Contract):
    """What was removed where, in numbers: it names nobody.

    ``waiting`` lists the places that have not done their part yet; they are told again until they have.
    """

    id: str
    kind: SubjectKind
    at: datetime
    removed: list[Removed]
    waiting: list[str] = Field(default_factory=list)
    signature: str = Field(description="HMAC-SHA256 under ingest's key over id, kind, time and numbers, in hex")


class HeldKind(StrEnum):
    PERSON = "person"
    CHAT = "chat"
    DATASET = "dataset"


class Held(Contract):
    """Something of a person, a chat or a dataset that a service holds: ``what``, and how much of it."""

    kind: HeldKind
    name: str
    what: str
    count: int = Field(ge=0)


class Verification(Contract):
    """A receipt, checked, and a new scan for what it says is gone."""

    receipt: ForgettingReceipt
    unaltered: bool = Field(description="the receipt is what was written when it was signed")
    found: list[Removed] = Field(description="traces that are there now")

    @property
    def holds(self) -> bool:
        return self.unaltered and not self.found and not self.receipt.waiting
