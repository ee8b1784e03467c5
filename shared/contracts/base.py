"""What every wire model has in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

#: A name that is also a folder and a URL part: ``anselm``, ``anselm-d3``, ``anselm-v7``.
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]

#: Roles of the chat format that datasets, prompts and the OpenAI API share.
Role = Annotated[str, StringConstraints(pattern=r"^(system|user|assistant)$")]


class Contract(BaseModel):
    """A value on the wire: unknown fields are refused, so that a typing error is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


class ChatMessage(Contract):
    """One turn in the chat format. Bubbles of a burst are joined by a line break."""

    role: Role
    content: str


class Removed(Contract):
    """One line of a forgetting receipt: what was removed, where, and how much of it."""

    service: str
    what: str
    count: int = Field(ge=0)


class Receipt(Contract):
    """What forgetting one subject removed."""

    subject: str
    removed: list[Removed]
    datasets: list[str] = Field(default_factory=list, description="datasets among it, for the trainer to withdraw")
