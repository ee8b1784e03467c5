"""Rows as the contracts show them. Real names only where the owner asked for them."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models
from services.ingest.dataset.splits import SPLITS
from services.ingest.dataset.statistics import bin_names, bubble_names
from services.ingest.keys import Keys
from services.ingest.relating import relation_now
from services.ingest.repository.accounts import Accounts
from services.ingest.repository.history import History
from services.ingest.repository.people import People
from services.ingest.settings import IngestSettings
from shared.contracts.ingest import Chat, Dataset, DatasetStatistics, Import, ImportReport, Person
from shared.contracts.jobs import JobState
from shared.contracts.privacy import Offender


async def list_people(session: AsyncSession, keys: Keys, *, names: bool) -> list[Person]:
    """Everyone who has written something, and the owners."""
    people, owners = People(session, keys), set((await Accounts(session).owners()).values())
    counts = await people.message_counts()
    return [
        Person(
            id=person.pseudonym,
            name=person.name if names else None,
            is_owner=person.id in owners,
            messages=counts.get(person.id, 0),
        )
        for person in await people.all()
        if person.id in counts or person.id in owners
    ]


async def list_chats(session: AsyncSession, keys: Keys, *, names: bool) -> list[Chat]:
    history = History(session)
    chats, counts = await history.chats(), await history.chat_counts()
    members = {account: await history.members(account) for account in await Accounts(session).owners()}
    pseudonyms = {person.id: person.pseudonym for person in await People(session, keys).all()}
    return [
        Chat(
            id=row.id,
            name=keys.unseal(row.name) if names and row.name else None,
            type=row.type,
            messages=counts.get((row.account_id, row.id), 0),
            people=sorted(pseudonyms[person] for person in members[row.account_id].get(row.id, ())),
            relation=relation_now(row, keys),
            relation_set=row.relation is not None,
        )
        for row in chats
    ]


async def owners_by_account(session: AsyncSession, keys: Keys) -> dict[int, str]:
    """Account id -> the owner's pseudonym."""
    owners = await Accounts(session).owners()
    # People come last, here as everywhere: an import may add somebody between two statements.
    pseudonyms = {person.id: person.pseudonym for person in await People(session, keys).all()}
    return {account: pseudonyms[owner] for account, owner in owners.items()}


def show_import(row: models.Import, owners: dict[int, str]) -> Import:
    return Import(
        id=row.id,
        state=JobState(row.state),
        filename=row.filename,
        source=row.source,
        owner=owners.get(row.account_id) if row.account_id is not None else None,
        report=ImportReport.model_validate(row.report),
        error=row.error,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def show_dataset(row: models.Dataset, settings: IngestSettings) -> Dataset:
    there = row.state == JobState.DONE and not row.tainted
    return Dataset(
        name=row.name,
        persona=row.persona,
        version=row.version,
        state=JobState(row.state),
        system_prompt=row.system_prompt,
        path=str(settings.datasets / row.name) if there else None,
        digest=row.digest,
        tainted=row.tainted,
        statistics=show_statistics(row),
        offenders=[Offender.model_validate(offender) for offender in row.offenders],
        error=row.error,
        created_at=row.created_at,
    )


def show_statistics(row: models.Dataset) -> DatasetStatistics | None:
    return _in_order(DatasetStatistics.model_validate(row.statistics)) if row.statistics else None


def _in_order(statistics: DatasetStatistics) -> DatasetStatistics:
    """Names as they follow each other; PostgreSQL keeps the keys of JSON in an order of its own."""
    lengths, bubbles = statistics.reply_length_histogram, statistics.bubbles
    return statistics.model_copy(
        update={
            "splits": {name: statistics.splits[name] for name in SPLITS},
            "reply_length_histogram": {name: lengths[name] for name in bin_names()},
            "bubbles": {name: bubbles[name] for name in bubble_names() if name in bubbles},
            "months": dict(sorted(statistics.months.items())),
            "hours": dict(sorted(statistics.hours.items())),
            "languages": dict(sorted(statistics.languages.items(), key=lambda one: -one[1])),
            "emoji": dict(sorted(statistics.emoji.items(), key=lambda one: -one[1])),
        }
    )
