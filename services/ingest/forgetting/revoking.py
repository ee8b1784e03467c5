"""Revoking a consent: what was built on it is withdrawn, as forgetting does; the messages stay."""

from __future__ import annotations

from services.ingest.consenting import revoke, shared_chats
from services.ingest.forgetting.outbox import deliver
from services.ingest.forgetting.withdrawing import Withdrawal, withdraw
from services.ingest.repository.datasets import Datasets
from services.ingest.repository.forgotten import Forgotten
from services.ingest.repository.notices import Notices
from services.ingest.repository.people import People
from shared.contracts.ingest import Consent
from shared.errors import NotFound


async def revoke_consent(withdrawal: Withdrawal, who: str, chat: int | None) -> list[Consent]:
    """Revoke, and withdraw.

    Raises:
        NotFound: nobody is called so, or there is no such consent.
        Unavailable: it is revoked, but another service could not be told yet.
    """
    async with withdrawal.database.transaction() as session:
        person = await People(session, withdrawal.keys).resolve(who)
        consents = await revoke(session, withdrawal.keys, person, chat)
        if not consents and not await Notices(session).waiting(None):
            raise NotFound(f"{person.pseudonym} has no open consent there.", hint="List them with GET /v1/consents.")
        chats = [number for _, number in await shared_chats(session, person) if chat in (None, number)]
        messages = await Forgotten(session).message_ids(person.id, chats)
        names = await Datasets(session).holding(person.id, chats)
        await withdraw(session, withdrawal.settings, names, messages)
    await deliver(withdrawal)
    return consents
