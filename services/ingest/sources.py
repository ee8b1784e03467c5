"""What a dataset may learn from: the chats of one account that the owner chose and consented to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest.dataset.exchanges import DIALOGUES
from services.ingest.keys import Keys
from services.ingest.relating import relation_now
from services.ingest.repository.accounts import Accounts
from services.ingest.repository.consents import Consents
from services.ingest.repository.history import History
from shared.contracts.ingest import DatasetRequest, Purpose
from shared.errors import Conflict, ConsentMissing, NotFound
from shared.system_prompt import Relation

#: The reply, the message that it answers and everything before it must be from the owner and consenting people.
GRANT = "Record a consent first: POST /v1/consents, or import with consent."


@dataclass(frozen=True)
class Source:
    """The chats of one account that a dataset may learn from. ``types`` maps each chat to its kind, ``relations`` to
    what its people are to the owner."""

    account: int
    owner: int
    types: Mapping[int, str]
    relations: Mapping[int, Relation]
    allowed: Mapping[int, frozenset[int]]


async def choose_source(session: AsyncSession, keys: Keys, request: DatasetRequest) -> Source:
    """The chats to learn from: those named, else every dialogue that the owner consented to; of them, those with the
    wanted relations."""
    wanted = request.chats
    rows = await History(session).chats()
    if not rows:
        raise NotFound("There is no history to learn from.", hint="Import an export first: anselm import result.json")
    if wanted is not None:
        unknown = sorted(set(wanted) - {row.id for row in rows})
        if unknown:
            raise NotFound(f"There is no chat {', '.join(map(str, unknown))}.", hint="List chats with GET /v1/chats.")
        rows = [row for row in rows if row.id in wanted]
    relations = {row.id: relation_now(row, keys) for row in rows}
    if request.relations is not None:
        rows = [row for row in rows if relations[row.id] in request.relations]
        if not rows:
            hint = "Say which are: anselm chats relation CHAT RELATION"
            raise NotFound(f"There is no chat with {' or '.join(request.relations)}.", hint=hint)
    accounts = {row.account_id for row in rows}
    if len(accounts) > 1:
        raise Conflict("These chats belong to several accounts, and a persona has one voice.", hint="Name its chats.")
    account = accounts.pop()
    owner = (await Accounts(session).owners())[account]
    allowed = await Consents(session).allowed(account, Purpose.TRAIN)
    types = {row.id: row.type for row in rows}
    return _consented(Source(account, owner, types, relations, allowed), named=wanted is not None)


def _consented(source: Source, *, named: bool) -> Source:
    """The same without the chats that the owner did not consent to.

    Raises:
        ConsentMissing: nothing is left, a chat that was named is not, or no contact has consented.
    """
    own = {chat: kind for chat, kind in source.types.items() if source.owner in source.allowed.get(chat, ())}
    missing = sorted(source.types.keys() - own.keys())
    if not own or (named and missing):
        where = f"chat {', '.join(map(str, missing))}" if named else "any chat"
        raise ConsentMissing(f"The owner has not consented to training on {where}.", hint=GRANT)
    talking = [chat for chat, kind in own.items() if kind in DIALOGUES and len(source.allowed[chat]) > 1]
    if not talking:
        raise ConsentMissing("No contact has consented to training on their words in these chats.", hint=GRANT)
    return replace(source, types=own)
