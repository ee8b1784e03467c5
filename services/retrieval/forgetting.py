"""What was forgotten stays forgotten: tombstones, and what they hold down.

A tombstone is a watermark. Whatever was said, or offered for indexing, up to that moment may not be stored any more;
what comes after it may, so that a person who returns is simply new.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime

from shared.contracts.ingest import Exchange
from shared.contracts.retrieval import ForgetRequest, Turn
from shared.errors import Invalid


def subject(kind: str, name: str) -> str:
    """A digest, so that the tombstone itself remembers nobody."""
    return hashlib.sha256(f"{kind}:{name}".encode()).hexdigest()


def subjects_of_turn(turn: Turn) -> list[str]:
    return [subject("person", turn.person), subject("conversation", turn.conversation)]


def subjects_of_exchange(exchange: Exchange) -> list[str]:
    people = [subject("person", person) for person in exchange.people]
    return [*people, subject("chat", str(exchange.chat)), *(subject("message", id_) for id_ in exchange.message_ids)]


def subjects_of_request(request: ForgetRequest) -> list[str]:
    """The subjects of a request.

    Raises:
        Invalid: it does not name exactly one of person, conversation, chat and message_ids.
    """
    parts = (request.person, request.conversation, request.chat, request.message_ids)
    if sum(part is not None for part in parts) != 1:
        raise Invalid("Name exactly one of person, conversation, chat and message_ids to forget.")
    if request.person is not None:
        return [subject("person", request.person)]
    if request.conversation is not None:
        return [subject("conversation", request.conversation)]
    if request.chat is not None:
        return [subject("chat", str(request.chat))]
    return [subject("message", message) for message in request.message_ids or []]


def title(request: ForgetRequest) -> str:
    """What a receipt calls the subject of a request."""
    if request.person is not None:
        return request.person
    if request.conversation is not None:
        return f"conversation {request.conversation}"
    if request.chat is not None:
        return f"chat {request.chat}"
    return f"{len(request.message_ids or [])} messages"


def is_forgotten(subjects: Iterable[str], at: datetime, tombstones: Mapping[str, datetime]) -> bool:
    """Whether something about these subjects, of that time, must not be stored."""
    return any(name in tombstones and at <= tombstones[name] for name in subjects)
