"""The consent ledger: person x chat x purpose, with evidence."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import auditing, models
from services.ingest.cleaners import cleaner_for
from services.ingest.cleaning.cleaner import Cleaner
from services.ingest.keys import Keys
from services.ingest.models import Consent as Row
from services.ingest.repository.accounts import Accounts
from services.ingest.repository.consents import Consents
from services.ingest.repository.history import History
from services.ingest.repository.people import KnownPerson, People
from shared.contracts.audit import Action
from shared.contracts.ingest import Consent, ConsentGrant, Purpose
from shared.errors import NotFound


async def grant(session: AsyncSession, keys: Keys, request: ConsentGrant) -> list[Consent]:
    """Record a consent for one chat, or for every chat that the person has written in by now.

    Raises:
        NotFound: nobody is called so, or the person has written nothing in that chat.
    """
    person = await People(session, keys).resolve(request.person)
    shared = await shared_chats(session, person)
    chats = [(account, chat) for account, chat in shared if request.chat in (None, chat)]
    if not chats:
        where = "any chat" if request.chat is None else f"chat {request.chat}"
        raise NotFound(f"{person.pseudonym} has written nothing in {where}.", hint="List chats with GET /v1/chats.")
    for account, chat in chats:
        await Consents(session).grant(account, [chat], person.id, request.purposes, keys.seal(request.evidence))
    await auditing.note(session, keys, Action.GRANT, person=person.pseudonym, count=len(chats))
    wanted = {chat for _, chat in chats}
    rows = await Consents(session).all(person.id)
    cleaner = cleaner_for([person], ())
    return [_open(keys, row, person, cleaner) for row in rows if row.chat_id in wanted and row.revoked_at is None]


async def grant_owner(session: AsyncSession, keys: Keys, account_id: int, chats: Iterable[int], evidence: str) -> None:
    """The owner's consent for their own words in the chats of an import."""
    owner, own = (await Accounts(session).owners())[account_id], list(chats)
    await Consents(session).grant(account_id, own, owner, list(Purpose), keys.seal(evidence))
    pseudonym = (await session.get_one(models.Person, owner)).pseudonym
    await auditing.note(session, keys, Action.GRANT, person=pseudonym, count=len(own))


async def list_consents(session: AsyncSession, keys: Keys, *, names: bool) -> list[Consent]:
    rows = await Consents(session).all()
    owners = (await Accounts(session).owners()).values()
    people = {person.id: person for person in await People(session, keys).all()}
    cleaner = None if names else cleaner_for(people.values(), owners)
    return [_open(keys, row, people[row.person_id], cleaner) for row in rows]


async def revoke(session: AsyncSession, keys: Keys, person: KnownPerson, chat: int | None) -> list[Consent]:
    """Close the open consents of a person. What was built on them is for the caller to withdraw."""
    rows = await Consents(session).revoke(person.id, chat)
    if rows:
        await auditing.note(session, keys, Action.REVOKE, person=person.pseudonym, count=len(rows))
    return [_open(keys, row, person, cleaner_for([person], ())) for row in rows]


async def shared_chats(session: AsyncSession, person: KnownPerson) -> list[tuple[int, int]]:
    """(account, chat) of every chat that a person has written in."""
    found = []
    for account in await Accounts(session).owners():
        members = await History(session).members(account)
        found += [(account, chat) for chat, people in members.items() if person.id in people]
    return sorted(found)


def _open(keys: Keys, row: Row, person: KnownPerson, cleaner: Cleaner | None) -> Consent:
    """``cleaner``: takes names out of the evidence; none for the owner, who asked for names."""
    evidence = keys.unseal(row.evidence)
    return Consent(
        person=person.pseudonym,
        name=None if cleaner else person.name,
        chat=row.chat_id,
        purpose=Purpose(row.purpose),
        evidence=cleaner.clean(evidence, {person.pseudonym}).text if cleaner else evidence,
        granted_at=row.granted_at,
        revoked_at=row.revoked_at,
    )
