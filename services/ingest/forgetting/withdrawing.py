"""Withdrawing what was built on somebody's words: datasets, and everything that others made of those."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest.keys import Keys
from services.ingest.repository.datasets import Datasets
from services.ingest.repository.notices import Notices
from services.ingest.settings import IngestSettings
from shared.artifacts import ArtifactStore
from shared.clients.feedback import FeedbackClient
from shared.clients.retrieval import RetrievalClient
from shared.clients.trainer import TrainerClient
from shared.database import Database

#: Message ids a call: a request of about 100 kB.
NOTICE_SIZE = 5_000


@dataclass(frozen=True)
class Withdrawal:
    """What forgetting stands on. The clients are those of the services that build on ingest; ``build`` has a worker
    build the dataset of a name."""

    settings: IngestSettings
    database: Database
    keys: Keys
    trainer: TrainerClient
    retrieval: RetrievalClient
    feedback: FeedbackClient
    redis: Redis
    build: Callable[[str], None]


@asynccontextmanager
async def withdrawal_of(
    settings: IngestSettings, database: Database, keys: Keys, build: Callable[[str], None]
) -> AsyncIterator[Withdrawal]:
    """Open the clients, and close them."""
    async with AsyncExitStack() as stack:
        trainer = await stack.enter_async_context(TrainerClient(settings))
        retrieval = await stack.enter_async_context(RetrievalClient(settings))
        feedback = await stack.enter_async_context(FeedbackClient(settings))
        redis = await stack.enter_async_context(Redis.from_url(settings.broker_url))
        yield Withdrawal(settings, database, keys, trainer, retrieval, feedback, redis, build)


async def withdraw(
    session: AsyncSession, settings: IngestSettings, datasets: Sequence[str], messages: Sequence[str]
) -> int:
    """Taint datasets, and note that the trainer is to be told of them and retrieval of the messages.

    Returns:
        The number of examples that are gone.
    """
    gone = await withdraw_datasets(session, settings, datasets)
    for start in range(0, len(messages), NOTICE_SIZE):
        await Notices(session).add("retrieval", {"message_ids": messages[start : start + NOTICE_SIZE]})
    return gone


async def withdraw_datasets(
    session: AsyncSession, settings: IngestSettings, datasets: Sequence[str], forgetting: str | None = None
) -> int:
    """The folders go first: a dataset without its folder is only useless, a folder without its taint would be trained
    on."""
    store = ArtifactStore(settings.datasets)
    for name in datasets:
        store.remove(name)
        await Notices(session).add("trainer", {"dataset": name}, forgetting)
    return await Datasets(session).taint(datasets)
