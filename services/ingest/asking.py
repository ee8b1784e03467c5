"""The message with which the owner asks a contact for consent, in the contact's language."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models
from services.ingest.cleaners import first_name
from services.ingest.consenting import shared_chats
from services.ingest.dataset.exchanges import DIALOGUES
from services.ingest.keys import Keys
from services.ingest.repository.accounts import Accounts
from services.ingest.repository.history import History
from services.ingest.repository.people import KnownPerson, People
from services.ingest.repository.wording import recent_texts
from shared.contracts.ingest import ConsentMessage
from shared.errors import Invalid, NotFound
from shared.languages import language_of_all

TEMPLATES = Path(__file__).with_name("consent_requests.toml")
#: For contacts whose language is none of the templates'.
OTHERWISE = "en"


async def write_request(
    session: AsyncSession, keys: Keys, who: str, chat: int | None = None, language: str | None = None
) -> ConsentMessage:
    """What to send to a person, about one chat or every one that they write in with the owner.

    Args:
        language: unless given, that of the person's own messages.

    Raises:
        NotFound: nobody is called so, or they have written in no such chat.
        Invalid: it is the owner, or there is no text in that language.
    """
    people = People(session, keys)
    person = await people.resolve(who)
    owners = await Accounts(session).owners()
    if person.id in owners.values():
        raise Invalid("The owner consents when importing.", hint="Name a contact.")
    rows = await _dialogues(session, person, chat)
    chats = [row.id for row in rows]
    spoken = language or language_of_all(await recent_texts(session, person.id, chats))
    template = template_in(spoken, strict=language is not None)
    owner = next(one for one in await people.all() if one.id == owners[rows[0].account_id])
    text = template["text"].format(
        name=first_name(person.profile), owner=first_name(owner.profile), chats=_named(rows, keys, template)
    )
    return ConsentMessage(person=person.pseudonym, chats=chats, language=template["language"], text=text.strip())


@cache
def templates() -> dict[str, dict[str, str]]:
    """By language: ``text`` and how chats are called in it."""
    found = tomllib.loads(TEMPLATES.read_text(encoding="utf-8"))
    return {language: {**template, "language": language} for language, template in found.items()}


def template_in(language: str, *, strict: bool) -> dict[str, str]:
    """
    Raises:
        Invalid: there is none, and ``strict``; else it is the English one.
    """
    if language not in templates() and strict:
        raise Invalid(f"There is no text in {language!r}.", hint=f"There is: {', '.join(sorted(templates()))}.")
    return templates().get(language, templates()[OTHERWISE])


async def _dialogues(session: AsyncSession, person: KnownPerson, chat: int | None) -> Sequence[models.Chat]:
    shared = set(await shared_chats(session, person))
    rows = [row for row in await History(session).chats() if (row.account_id, row.id) in shared]
    wanted = [row for row in rows if row.type in DIALOGUES and chat in (None, row.id)]
    if not wanted:
        where = "any chat" if chat is None else f"chat {chat}"
        hint = "List chats with GET /v1/chats."
        raise NotFound(f"{person.pseudonym} has not talked with the owner in {where}.", hint=hint)
    return wanted


def _named(rows: Iterable[models.Chat], keys: Keys, template: dict[str, str]) -> str:
    return ", ".join(
        template["private"]
        if row.type == "personal_chat"
        else template["group"].format(name=keys.unseal(row.name) if row.name else row.id)
        for row in rows
    )
