"""Whose export is it? A whole account says so; a single chat has to be reasoned about."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from services.ingest.telegram.items import ExportedChat
from shared.errors import Invalid


@dataclass(frozen=True)
class Evidence:
    """What the export and the tables know. ``senders``: names by peer; ``by_chat``: senders by chat."""

    named: str | None
    account: str | None
    known: Collection[str]
    chats: Mapping[int, ExportedChat]
    senders: Mapping[str, Collection[str]]
    by_chat: Mapping[int, Collection[str]]


def find_owner(evidence: Evidence, file: str) -> str:
    """The owner's peer. In this order: who was named, the account, who is known here, saved messages, the other of two.

    Raises:
        Invalid: nobody is named so, it cannot be told, or the owner wrote nothing in it.
    """
    owner = (
        _named(evidence, file)
        or evidence.account
        or _known(evidence)
        or _saved_messages(evidence)
        or _not_the_contact(evidence, file)
    )
    if owner is None:
        raise Invalid(
            f"{file} does not say whose export it is.",
            hint="Name yourself: owner=<your name or from_id as it stands in the file>.",
        )
    if owner not in evidence.senders:
        raise _silent(file)
    return owner


def _named(evidence: Evidence, file: str) -> str | None:
    if evidence.named is None:
        return None
    found = [peer for peer, names in evidence.senders.items() if evidence.named == peer or evidence.named in names]
    if len(found) != 1:
        how_many = "nobody" if not found else f"{len(found)} people"
        raise Invalid(
            f"{file} has {how_many} of the name given as owner.", hint="Use the from_id that stands at your messages."
        )
    return found[0]


def _known(evidence: Evidence) -> str | None:
    found = sorted(set(evidence.known) & evidence.senders.keys())
    return found[0] if len(found) == 1 else None


def _saved_messages(evidence: Evidence) -> str | None:
    for chat in evidence.chats.values():
        senders = evidence.by_chat.get(chat.id, ())
        if chat.type == "saved_messages" and len(senders) == 1:
            return next(iter(senders))
    return None


def _not_the_contact(evidence: Evidence, file: str) -> str | None:
    """A personal chat carries the contact's id, or at least their name; who else writes in it is the owner."""
    for chat in evidence.chats.values():
        senders = set(evidence.by_chat.get(chat.id, ()))
        if chat.type != "personal_chat":
            continue
        contact = {p for p in senders if p == f"user{chat.id}" or (chat.name and chat.name in evidence.senders[p])}
        if contact and contact == senders:
            raise _silent(file)
        if len(contact) == 1 and len(senders) == 2:
            return (senders - contact).pop()
    return None


def _silent(file: str) -> Invalid:
    return Invalid(
        f"{file} has no message of the owner, so there is no voice to learn.",
        hint="Export chats in which you wrote, with your own messages included.",
    )
