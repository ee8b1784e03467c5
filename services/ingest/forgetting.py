"""Forgetting a person, and withdrawing what was built on a consent that is gone.

The change itself is one transaction. What other services have to be told is written down in it and told afterwards;
whoever does not answer is told when the call is repeated.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import auditing
from services.ingest.cleaners import FORGOTTEN
from services.ingest.consenting import revoke, shared_chats
from services.ingest.keys import Keys
from services.ingest.repository.accounts import Accounts
from services.ingest.repository.datasets import Datasets
from services.ingest.repository.forgotten import Forgotten
from services.ingest.repository.people import KnownPerson, People
from services.ingest.settings import IngestSettings
from shared.artifacts import ArtifactStore
from shared.clients.retrieval import RetrievalClient
from shared.clients.trainer import TrainerClient
from shared.contracts.audit import Action
from shared.contracts.base import Receipt, Removed
from shared.contracts.ingest import Consent
from shared.contracts.retrieval import ForgetRequest
from shared.database import Database
from shared.errors import Conflict, NotFound, Unavailable

#: Message ids a call: a request of about 100 kB.
NOTICE_SIZE = 5_000


@dataclass(frozen=True)
class Withdrawal:
    """What forgetting stands on. The clients are those of the services that build on ingest."""

    settings: IngestSettings
    database: Database
    keys: Keys
    trainer: TrainerClient
    retrieval: RetrievalClient


async def forget(withdrawal: Withdrawal, who: str) -> Receipt:
    """Remove a person for good. Repeating it tells whom the first call did not reach, and gives the receipt again.

    Args:
        who: a pseudonym, or the exact name in an export.

    Raises:
        NotFound: nobody is called so.
        Conflict: it is the owner.
        Unavailable: all is removed here, but another service could not be told yet.
    """
    async with withdrawal.database.transaction() as session:
        buried = await Forgotten(session).tombstone(who)
        removed = [Removed.model_validate(line) for line in buried.receipt] if buried else []
        subject = who
        if buried is None:
            person = await People(session, withdrawal.keys).resolve(who)
            subject, removed = person.pseudonym, await _remove(session, withdrawal, person)
    removed += await tell_others(withdrawal)
    return Receipt(subject=subject, removed=removed)


async def _remove(session: AsyncSession, withdrawal: Withdrawal, person: KnownPerson) -> list[Removed]:
    if person.id in (await Accounts(session).owners()).values():
        raise Conflict("The owner cannot be forgotten: everything here is theirs.", hint="Remove ANSELM_HOME instead.")
    forgotten = Forgotten(session)
    messages = await forgotten.message_ids(person.id)
    names = await Datasets(session).holding(person.id)
    examples = await withdraw(session, withdrawal.settings, names, messages, person.pseudonym)
    mentions = await forgotten.mentions(person.pseudonym)
    exactly = re.compile(rf"{person.pseudonym}(?![0-9a-f])")
    for message in mentions:
        assert message.clean is not None
        message.clean = exactly.sub(FORGOTTEN, message.clean)
        message.raw = withdrawal.keys.seal(message.clean)
    counts = await forgotten.remove(person.id, person.pseudonym)
    counts |= {
        "examples": examples,
        "datasets": len(names),
        "mentions": len(mentions),
        "names": len(person.profile.names),
    }
    removed = [Removed(service="ingest", what=what, count=count) for what, count in counts.items()]
    receipt = [line.model_dump() for line in removed]
    await auditing.note(session, withdrawal.keys, Action.FORGET, person=person.pseudonym, count=counts["messages"])
    await forgotten.bury(withdrawal.keys.peer_hash(person.peer), person.pseudonym, receipt)
    return removed


async def revoke_consent(withdrawal: Withdrawal, who: str, chat: int | None) -> list[Consent]:
    """Revoke, and withdraw what was built on it, as forgetting does.

    Raises:
        NotFound: nobody is called so, or there is no such consent.
        Unavailable: it is revoked, but another service could not be told yet.
    """
    async with withdrawal.database.transaction() as session:
        person = await People(session, withdrawal.keys).resolve(who)
        consents = await revoke(session, withdrawal.keys, person, chat)
        if not consents and not await Forgotten(session).waiting():
            raise NotFound(f"{person.pseudonym} has no open consent there.", hint="List them with GET /v1/consents.")
        chats = [number for _, number in await shared_chats(session, person) if chat in (None, number)]
        messages = await Forgotten(session).message_ids(person.id, chats)
        names = await Datasets(session).holding(person.id, chats)
        await withdraw(session, withdrawal.settings, names, messages, person.pseudonym)
    await tell_others(withdrawal)
    return consents


async def withdraw(
    session: AsyncSession, settings: IngestSettings, datasets: Sequence[str], messages: Sequence[str], subject: str
) -> int:
    """Taint datasets, and note whom to tell. Returns the number of examples that are gone.

    The folders go first: a dataset without its folder is only useless, a folder without its taint would be trained on.
    """
    store = ArtifactStore(settings.datasets)
    for name in datasets:
        store.remove(name)
        await Forgotten(session).notify("trainer", subject, {"dataset": name})
    for start in range(0, len(messages), NOTICE_SIZE):
        await Forgotten(session).notify("retrieval", subject, {"message_ids": messages[start : start + NOTICE_SIZE]})
    return await Datasets(session).taint(datasets)


async def tell_others(withdrawal: Withdrawal) -> list[Removed]:
    """Deliver what is waiting; what a service removed is on the receipt.

    Raises:
        Unavailable: a service does not answer; the rest waits.
    """
    async with withdrawal.database.transaction() as session:
        waiting = [(notice.id, notice.service, notice.payload) for notice in await Forgotten(session).notices()]
    removed: list[Removed] = []
    silent: dict[str, Unavailable] = {}
    for number, service, payload in waiting:
        if service in silent:
            continue
        try:
            removed += await _tell(withdrawal, service, payload)
        except Unavailable as error:
            silent[service] = error
            continue
        async with withdrawal.database.transaction() as session:
            await Forgotten(session).delivered(number)
    if silent:
        names = " and ".join(sorted(silent))
        hint = "Start it, then repeat this call: what was removed stays removed."
        raise Unavailable(f"Removed here, but {names} could not be told yet.", hint=hint)
    return _summed(removed)


async def _tell(withdrawal: Withdrawal, service: str, payload: dict[str, object]) -> list[Removed]:
    if service == "retrieval":
        receipt = await withdrawal.retrieval.forget(ForgetRequest.model_validate(payload))
        return receipt.removed
    try:
        adapters = await withdrawal.trainer.taint(str(payload["dataset"]))
    except NotFound:
        adapters = []
    return [Removed(service="trainer", what="adapters tainted", count=len(adapters))]


def _summed(removed: Sequence[Removed]) -> list[Removed]:
    counts: dict[tuple[str, str], int] = {}
    for line in removed:
        counts[line.service, line.what] = counts.get((line.service, line.what), 0) + line.count
    return [Removed(service=service, what=what, count=count) for (service, what), count in counts.items()]


@asynccontextmanager
async def withdrawal_of(settings: IngestSettings, database: Database, keys: Keys) -> AsyncIterator[Withdrawal]:
    """Open the clients, and close them."""
    async with TrainerClient(settings) as trainer, RetrievalClient(settings) as retrieval:
        yield Withdrawal(settings, database, keys, trainer, retrieval)
