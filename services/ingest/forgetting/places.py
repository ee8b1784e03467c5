"""Every place that is told, and what it is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest.forgetting.following import rebuild, retrain
from services.ingest.forgetting.redis_traces import RedisTraces
from services.ingest.forgetting.sweeping import sweep
from services.ingest.forgetting.withdrawing import Withdrawal
from shared.contracts.base import Receipt, Removed
from shared.contracts.feedback import ForgetOpinions
from shared.contracts.forgetting import SubjectKind
from shared.contracts.retrieval import ForgetRequest
from shared.errors import NotFound

if TYPE_CHECKING:
    from services.ingest.forgetting.outbox import Order


class Service(Protocol):
    """Whoever is outside of ingest's database.

    ``count`` says what it would remove, and which datasets of its own are among that.
    """

    async def count(self, withdrawal: Withdrawal, order: Order) -> tuple[list[Removed], list[str]]: ...

    async def remove(self, withdrawal: Withdrawal, order: Order) -> None: ...


class Retrieval:
    async def count(self, withdrawal: Withdrawal, order: Order) -> tuple[list[Removed], list[str]]:
        return [line for receipt in await self._ask(withdrawal, order, dry_run=True) for line in receipt.removed], []

    async def remove(self, withdrawal: Withdrawal, order: Order) -> None:
        await self._ask(withdrawal, order, dry_run=False)

    async def _ask(self, withdrawal: Withdrawal, order: Order, *, dry_run: bool) -> list[Receipt]:
        return [await withdrawal.retrieval.forget(request, dry_run=dry_run) for request in _requests(order)]


def _requests(order: Order) -> list[ForgetRequest]:
    subject = order.subject
    if subject is None:
        return [ForgetRequest.model_validate(order.payload)]
    requests = [ForgetRequest(chat=chat) for chat in subject.chats]
    if subject.kind is SubjectKind.TESTER:
        # A private conversation is called like the tester.
        requests = [ForgetRequest(conversation=subject.name), *requests]
    if subject.kind is not SubjectKind.CHAT:
        requests = [ForgetRequest(person=subject.name, names=subject.called), *requests]
    return requests


class Feedback:
    async def count(self, withdrawal: Withdrawal, order: Order) -> tuple[list[Removed], list[str]]:
        receipt = await withdrawal.feedback.forget(_opinions(order), dry_run=True)
        return receipt.removed, receipt.datasets

    async def remove(self, withdrawal: Withdrawal, order: Order) -> None:
        await withdrawal.feedback.forget(_opinions(order))


def _opinions(order: Order) -> ForgetOpinions:
    assert order.subject is not None
    return ForgetOpinions(person=order.subject.name, names=order.subject.called)


class Trainer:
    """``keep``: what speaks now may do so until something else is promoted."""

    async def count(self, withdrawal: Withdrawal, order: Order) -> tuple[list[Removed], list[str]]:
        count = await self._taint(withdrawal, order, dry_run=True)
        return [Removed(service="trainer", what="adapters tainted", count=count)], []

    async def remove(self, withdrawal: Withdrawal, order: Order) -> None:
        await self._taint(withdrawal, order, dry_run=False)

    async def _taint(self, withdrawal: Withdrawal, order: Order, *, dry_run: bool) -> int:
        keep = withdrawal.settings.forget_live_adapter == "keep"
        try:
            return len(await withdrawal.trainer.taint(str(order.payload["dataset"]), keep_live=keep, dry_run=dry_run))
        except NotFound:
            return 0


SERVICES: Mapping[str, Service] = {
    "retrieval": Retrieval(),
    "feedback": Feedback(),
    "trainer": Trainer(),
    "redis": RedisTraces(),
}

HERE: Mapping[str, Callable[[AsyncSession, Withdrawal, Order], Awaitable[list[Removed]]]] = {
    "texts": sweep,
    "rebuild": rebuild,
    "retrain": retrain,
}
