"""The one place that forgets: contacts, testers and chats."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import auditing
from services.ingest.forgetting import receipts, subjects
from services.ingest.forgetting.outbox import AFTERWARDS, deliver
from services.ingest.forgetting.removing import Gone, remove_chat, remove_contact
from services.ingest.forgetting.subjects import Subject
from services.ingest.forgetting.withdrawing import Withdrawal
from services.ingest.keys import Keys
from services.ingest.models import Forgetting
from services.ingest.repository.locks import only_worker
from services.ingest.repository.notices import Forgettings, Notices
from services.ingest.repository.people import KnownPerson, People
from shared.contracts.audit import Action
from shared.contracts.forgetting import ForgetRequest, ForgettingReceipt, SubjectKind
from shared.errors import NotFound, Unavailable

#: Seconds between looks at whether another process is done with telling.
LOOK = 0.1


async def forget(withdrawal: Withdrawal, request: ForgetRequest, queue: Callable[[str], None]) -> ForgettingReceipt:
    """Remove what ingest has, and have every place told; what is not told in time follows in the background.

    Repeating it gives the receipt again, with what was told since.

    Args:
        queue: has a worker finish the forgetting of that id.

    Raises:
        NotFound: nobody, and no chat, is called so.
        Conflict: it is the owner, or both a person and a chat.
    """
    async with withdrawal.database.transaction() as session:
        await People(session, withdrawal.keys).hold()
        number = await _begin(session, withdrawal, request)
    if await _waiting(withdrawal, number):
        queue(number)
        await _finish_soon(withdrawal, number)
    async with withdrawal.database.transaction() as session:
        row = await Forgettings(session).get(number)
        return receipts.show(row, await Notices(session).waiting(number))


async def receipt(session: AsyncSession, number: str) -> ForgettingReceipt:
    """
    Raises:
        NotFound: there is no receipt of that id.
    """
    return receipts.show(await Forgettings(session).get(number), await Notices(session).waiting(number))


async def _begin(session: AsyncSession, withdrawal: Withdrawal, request: ForgetRequest) -> str:
    """The id of the forgetting: a new one, or that of whoever is gone already."""
    earlier = await Forgettings(session).of(subjects.marks_for(withdrawal.keys, request))
    if subjects.is_tester(request):
        if earlier is not None and await Notices(session).waiting(earlier.id):
            return earlier.id
        row = await _receipt(session, SubjectKind.TESTER)
        await _write(session, withdrawal, row, Gone(Subject(SubjectKind.TESTER, request.subject), {}))
        return row.id
    try:
        found = await subjects.find(session, withdrawal.keys, request)
    except NotFound:
        if earlier is None:
            raise
        return earlier.id
    if isinstance(found, KnownPerson):
        row = await _receipt(session, SubjectKind.CONTACT)
        gone = await remove_contact(session, withdrawal, found, row.id)
    else:
        row = await _receipt(session, SubjectKind.CHAT)
        gone = await remove_chat(session, withdrawal, found, row.id)
    await _write(session, withdrawal, row, gone)
    return row.id


async def _receipt(session: AsyncSession, kind: SubjectKind) -> Forgetting:
    row = Forgetting(id=f"forget-{secrets.token_hex(6)}", kind=kind, marks=[], at=datetime.now(UTC), removed=[])
    return await Forgettings(session).add(row)


async def _write(session: AsyncSession, withdrawal: Withdrawal, row: Forgetting, gone: Gone) -> None:
    """The receipt so far, and whom there is to tell. Datasets were noted when they were withdrawn."""
    await _note(session, withdrawal.keys, gone)
    row.marks = gone.subject.marks(withdrawal.keys)
    row.subject = withdrawal.keys.seal(gone.subject.dump())
    row.datasets = gone.datasets
    receipts.add(withdrawal.keys, row, receipts.lines("ingest", gone.counts))
    notices = Notices(session)
    for place in _places(gone.subject):
        await notices.add(place, {}, row.id)
    if withdrawal.settings.forget_retrain:
        for request in gone.requests:
            await notices.add("rebuild", request, row.id)


async def _note(session: AsyncSession, keys: Keys, gone: Gone) -> None:
    """In the audit log; a chat is not named there, since its number may be a person's."""
    who = {"thing": "chat"} if gone.subject.kind is SubjectKind.CHAT else {"person": gone.subject.name}
    await auditing.note(session, keys, Action.FORGET, **who, count=gone.counts.get("messages"))


def _places(subject: Subject) -> list[str]:
    kinds = {
        SubjectKind.CONTACT: ["texts", "retrieval", "feedback", "redis"],
        SubjectKind.TESTER: ["retrieval", "feedback", "redis"],
        SubjectKind.CHAT: ["retrieval", "redis"],
    }
    return kinds[subject.kind]


async def _finish_soon(withdrawal: Withdrawal, number: str) -> None:
    """Tell everybody, or wait for a worker that does, for as long as a caller waits."""
    deadline = time.monotonic() + withdrawal.settings.forget_patience.total_seconds()
    while await _waiting(withdrawal, number) and time.monotonic() < deadline:
        try:
            async with asyncio.timeout_at(asyncio.get_running_loop().time() + deadline - time.monotonic()):
                async with only_worker(withdrawal.database, number):
                    await deliver(withdrawal, number)
        except TimeoutError:
            return
        except Unavailable:
            await asyncio.sleep(LOOK)


async def _waiting(withdrawal: Withdrawal, number: str) -> bool:
    """Whether something is still to be removed."""
    async with withdrawal.database.transaction() as session:
        return bool(set(await Notices(session).waiting(number)) - AFTERWARDS)
