"""ingest at Telegram: logging in, and which chats to pull."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from shared.contracts.base import Contract


class LoginStep(StrEnum):
    """What the login at Telegram waits for; ``in`` is a login that is complete."""

    OUT = "out"
    CODE = "code"
    PASSWORD = "password"  # noqa: S105 - a step's name
    QR = "qr"
    IN = "in"


class TelegramState(Contract):
    configured: bool = Field(description="TG_API_ID and TG_API_HASH are set")
    step: LoginStep
    account: str | None = Field(description="pseudonym of the account that is logged in, once it is known here")


class LoginState(Contract):
    """Where a login stands after a step."""

    step: LoginStep
    url: str | None = Field(default=None, description="step qr: what the phone has to scan, as a QR code")
    expires_at: datetime | None = Field(default=None, description="step qr: until when; ask again for the next one")


class LoginPhone(Contract):
    phone: Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()-]{4,24}$")]


class LoginCode(Contract):
    code: Annotated[str, StringConstraints(pattern=r"^[0-9][0-9 -]{2,14}$")] = Field(repr=False)


class LoginPassword(Contract):
    password: str = Field(min_length=1, repr=False)


class Dialog(Contract):
    """A chat of the account that is logged in."""

    id: int
    type: str
    name: str | None = None
    last: datetime | None = Field(description="when somebody last wrote in it")
    pulled: bool = Field(description="it was pulled before")


class PullRequest(Contract):
    """Which chats to pull. Names may be ids, names in any case, or beginnings that only one name has."""

    dms: bool = Field(default=False, description="every private chat with a person")
    chats: list[str] = Field(default_factory=list, description="any chat, by name or id")
    groups: list[str] = Field(default_factory=list, description="groups, by name or id")
    again: bool = Field(default=False, description="every chat that was pulled before")
    since: date | None = Field(default=None, description="a first pull begins on this day (UTC); a later one reads on")
    limit: int | None = Field(
        default=None, ge=1, description="messages a chat: the newest at a first pull, the next ones at a later one"
    )
    consent: bool = Field(default=False, description="the owner consents to the use of their own messages there")
