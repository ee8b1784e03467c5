"""The audit log of ingest: who read what is not cleaned, and who changed what may be used."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from shared.contracts.base import Contract, Name


class Action(StrEnum):
    EXPORT = "export"
    NAMES = "names"
    REVIEW = "review"
    CONSENT_REQUEST = "consent-request"
    ROTATE_KEY = "rotate-key"
    GRANT = "grant"
    REVOKE = "revoke"
    FORGET = "forget"
    PUBLISH = "publish"


class AuditEntry(Contract):
    """One act. ``subject`` is a pseudonym while the person is known, later only ``forgotten-`` and a keyed hash."""

    id: int
    at: datetime
    actor: str = Field(description="what the caller called itself: cli, bot, console; system for a worker")
    action: Action
    subject: str | None
    request_id: str | None
    count: int | None = Field(description="how many messages, names, chats or consents it was about")


class AuditPage(Contract):
    """Newest first. ``next`` is the ``before`` of the page after this one; none at the end."""

    items: list[AuditEntry]
    next: int | None


class Publication(Contract):
    """An adapter that leaves this installation."""

    adapter: Name
