"""Whom there is to tell is told, one place after the other, until each has done its part.

A place of our own does its part in the transaction that crosses it off. Another service is first asked what it will
remove, which is noted, and then told: whoever is killed in between tells it again, and counts the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest.forgetting import receipts
from services.ingest.forgetting.places import HERE, SERVICES
from services.ingest.forgetting.subjects import Subject
from services.ingest.forgetting.withdrawing import Withdrawal
from services.ingest.repository.notices import Forgettings, Notices
from shared.contracts.base import Removed
from shared.errors import AnselmError, Unavailable
from shared.telemetry import logger

log = logger(__name__)

#: What follows once all is gone; it needs to know nobody.
AFTERWARDS = frozenset({"rebuild", "retrain"})

HINT = "What was removed stays removed; the rest follows once it answers."


@dataclass(frozen=True)
class Order:
    """A notice as a place gets it.

    Attributes:
        subject: none where only a consent was revoked.
        to_build: datasets that the place has recorded, to be queued once that is committed.
    """

    number: int
    place: str
    forgetting: str | None
    payload: dict[str, Any]
    counted: bool
    subject: Subject | None
    to_build: list[str] = field(default_factory=list)


async def deliver(withdrawal: Withdrawal, forgetting: str | None = None) -> None:
    """Tell every place that waits for the notices of a forgetting, or for those of revoked consents.

    Raises:
        Unavailable: some do not answer; their notices stay.
    """
    silent: dict[str, str] = {}
    while (order := await _next(withdrawal, forgetting, silent)) is not None:
        try:
            await _tell(withdrawal, order)
        except AnselmError as error:
            log.warning("not_told_yet", place=order.place, error=type(error).__name__)
            silent[order.place] = error.message
    if silent:
        names = " and ".join(sorted(silent))
        raise Unavailable(f"Removed here, but {names} could not be told yet.", hint=HINT)


async def _next(withdrawal: Withdrawal, forgetting: str | None, silent: dict[str, str]) -> Order | None:
    async with withdrawal.database.transaction() as session:
        notice = await Notices(session).next(forgetting, silent)
        if notice is None:
            return None
        row = await Forgettings(session).get(forgetting) if forgetting else None
    subject = Subject.load(withdrawal.keys.unseal(row.subject)) if row and row.subject else None
    return Order(notice.id, notice.service, forgetting, notice.payload, notice.counts is not None, subject)


async def _tell(withdrawal: Withdrawal, order: Order) -> None:
    if order.place in HERE:
        async with withdrawal.database.transaction() as session:
            await _cross_off(session, withdrawal, order, await HERE[order.place](session, withdrawal, order))
        for name in order.to_build:
            withdrawal.build(name)
        return
    place = SERVICES[order.place]
    if not order.counted:
        await _note(withdrawal, order, *await place.count(withdrawal, order))
    await place.remove(withdrawal, order)
    async with withdrawal.database.transaction() as session:
        await _cross_off(session, withdrawal, order, [])


async def _note(withdrawal: Withdrawal, order: Order, removed: list[Removed], datasets: list[str]) -> None:
    """What a service is going to remove; of the datasets among it the trainer is to be told as well."""
    async with withdrawal.database.transaction() as session:
        notices = Notices(session)
        (await notices.get(order.number)).counts = [line.model_dump() for line in removed]
        for name in datasets:
            await notices.add("trainer", {"dataset": name}, order.forgetting)
        if order.forgetting and datasets:
            row = await Forgettings(session).get(order.forgetting, lock=True)
            row.datasets = sorted({*row.datasets, *datasets})


async def _cross_off(session: AsyncSession, withdrawal: Withdrawal, order: Order, removed: list[Removed]) -> None:
    """Onto the receipt, and off the list. Whoever it is about is no longer known once the last place has been told."""
    notices = Notices(session)
    notice = await notices.get(order.number)
    noted = [Removed.model_validate(line) for line in notice.counts or []]
    await notices.delivered(notice)
    if order.forgetting:
        row = await Forgettings(session).get(order.forgetting, lock=True)
        receipts.add(withdrawal.keys, row, [*noted, *removed])
        if set(await notices.waiting(order.forgetting)) <= AFTERWARDS:
            row.subject = None
