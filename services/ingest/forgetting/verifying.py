"""A receipt, checked: that it is as it was written, and that what it says is gone is gone.

Nobody is named for it. Each place lists whom it holds something of, and keyed hashes tell whether that is the subject.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest.forgetting import receipts, subjects
from services.ingest.forgetting.redis_traces import entries
from services.ingest.forgetting.withdrawing import Withdrawal
from services.ingest.keys import Keys
from services.ingest.models import Forgetting
from services.ingest.repository.datasets import Datasets
from services.ingest.repository.forgotten import Forgotten
from services.ingest.repository.history import History
from services.ingest.repository.notices import Forgettings, Notices
from services.ingest.repository.people import People
from shared.artifacts import ArtifactStore
from shared.contracts.base import Removed
from shared.contracts.forgetting import ForgetRequest, Held, HeldKind, Verification
from shared.errors import NotFound, Unavailable
from shared.sealing import Seal

#: What may be a tester or a pseudonym in Redis.
NAMES = re.compile(r"telegram-\d+|cli-[0-9a-f]+|user_[0-9a-f]{4,}|user\d+")


async def verify(withdrawal: Withdrawal, request: ForgetRequest) -> Verification:
    """
    Raises:
        NotFound: there is no receipt of that id, or about that subject.
        Unavailable: a service cannot be asked.
    """
    async with withdrawal.database.transaction() as session:
        row = await _find(session, withdrawal.keys, request)
        waiting = await Notices(session).waiting(row.id)
        here = await _held_here(session, withdrawal)
    held = {
        "ingest": here,
        "retrieval": await withdrawal.retrieval.held(),
        "feedback": await withdrawal.feedback.held(),
        "trainer": await withdrawal.trainer.held(),
        "redis": await _held_in_redis(withdrawal),
    }
    found = [line for place, all_ in held.items() for line in _traces(withdrawal.keys, row, place, all_)]
    return Verification(
        receipt=receipts.show(row, waiting),
        unaltered=receipts.is_unaltered(withdrawal.keys, row),
        found=receipts.summed(found),
    )


async def _find(session: AsyncSession, keys: Keys, request: ForgetRequest) -> Forgetting:
    found = await Forgettings(session).of(subjects.marks_for(keys, request))
    if found is not None:
        return found
    try:
        return await Forgettings(session).get(request.subject)
    except NotFound:
        raise NotFound(
            "Nobody of that name was forgotten, and there is no such receipt.",
            hint="Take the id that forgetting printed, or the name that was forgotten.",
        ) from None


async def _held_here(session: AsyncSession, withdrawal: Withdrawal) -> list[Held]:
    people = await People(session, withdrawal.keys).all()
    held = [_person(name, "people", 1) for one in people for name in (one.pseudonym, one.peer)]
    named = await Forgotten(session).pseudonyms_in_texts()
    held += [_person(name, "mentions", count) for name, count in named.items()]
    counts = await History(session).chat_counts()
    for row in await History(session).chats():
        held.append(
            Held(kind=HeldKind.CHAT, name=str(row.id), what="chats", count=1 + counts.get((row.account_id, row.id), 0))
        )
    there = set(ArtifactStore(withdrawal.settings.datasets).names())
    rows = await Datasets(session).all(None)
    held += [
        Held(kind=HeldKind.DATASET, name=row.name, what="datasets", count=1)
        for row in rows
        if not row.tainted or row.name in there
    ]
    return held


async def _held_in_redis(withdrawal: Withdrawal) -> list[Held]:
    counts, seal = Counter[str](), Seal.of(withdrawal.settings)
    try:
        async for entry in entries(withdrawal.redis, seal):
            counts.update(set(NAMES.findall(f"{entry.key} {entry.text or ''}")))
    except RedisError as error:
        raise Unavailable("Redis does not answer.", hint="Check REDIS_URL and that Valkey runs.") from error
    return [_person(name, "entries", count) for name, count in counts.items()]


def _person(name: str, what: str, count: int) -> Held:
    return Held(kind=HeldKind.PERSON, name=name, what=what, count=count)


def _traces(keys: Keys, row: Forgetting, place: str, held: Iterable[Held]) -> list[Removed]:
    marks, datasets = set(row.marks), set(row.datasets)
    return [
        Removed(service=place, what=one.what, count=one.count)
        for one in held
        if (one.name in datasets if one.kind is HeldKind.DATASET else keys.mark(one.kind, one.name) in marks)
    ]
