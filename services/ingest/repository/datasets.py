"""Dataset versions and the lineage of their examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models
from services.ingest.repository.copying import driver
from shared.contracts.ingest import ChatDiff, DatasetStatistics
from shared.contracts.jobs import JobState
from shared.contracts.privacy import Offender
from shared.errors import NotFound

#: The columns of ``dataset_examples`` in the order of its rows.
LINEAGE = ("id", "chat_id", "message_ids", "people", "digest", "dataset", "split")
UNENDED = (JobState.QUEUED.value, JobState.RUNNING.value)


#: Versions that are older than digests differ where their messages do.
DIFFERENCES = """
with a as (select * from ingest.dataset_examples where dataset = :before),
     b as (select * from ingest.dataset_examples where dataset = :after),
     pairs as (
        select coalesce(a.chat_id, b.chat_id) as chat, a.id as one, b.id as other, a.split <> b.split as elsewhere,
            a.message_ids <> b.message_ids or coalesce(a.digest <> b.digest, false) as differs
        from a full join b on a.id = b.id
     )
select chat, count(*) filter (where one is null), count(*) filter (where other is null),
    count(*) filter (where differs), count(*) filter (where not differs), count(*) filter (where elsewhere)
from pairs group by chat order by chat
"""


def batched(rows: Iterable[bytes], size: int) -> Iterator[list[bytes]]:
    rest = iter(rows)
    while batch := list(islice(rest, size)):
        yield batch


class Datasets:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, name: str, *, lock: bool = False) -> models.Dataset:
        """
        Raises:
            NotFound: there is no such dataset; the hint lists those that there are.
        """
        found = await self._session.get(models.Dataset, name, with_for_update=lock)
        if found is None:
            known = ", ".join(await self._session.scalars(select(models.Dataset.name).order_by(models.Dataset.name)))
            raise NotFound(f"There is no dataset {name!r}.", hint=f"There: {known or 'none'}.")
        return found

    async def all(self, persona: str | None) -> Sequence[models.Dataset]:
        query = select(models.Dataset).order_by(models.Dataset.persona, models.Dataset.version)
        if persona is not None:
            query = query.where(models.Dataset.persona == persona)
        return (await self._session.scalars(query)).all()

    async def unended(self) -> list[str]:
        query = select(models.Dataset.name).where(models.Dataset.state.in_(UNENDED))
        return list(await self._session.scalars(query))

    async def building(self, persona: str) -> str | None:
        query = select(models.Dataset.name).where(models.Dataset.persona == persona, models.Dataset.state.in_(UNENDED))
        return await self._session.scalar(query)

    async def add(self, persona: str, account_id: int, request: dict[str, Any], system_prompt: str) -> models.Dataset:
        """The next version of a persona's dataset, queued."""
        await self._session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"ingest.datasets.{persona}"))))
        query = select(func.coalesce(func.max(models.Dataset.version), 0) + 1).where(models.Dataset.persona == persona)
        version = await self._session.scalar(query)
        assert version is not None
        row = models.Dataset(
            name=f"{persona}-d{version}",
            persona=persona,
            version=version,
            account_id=account_id,
            request=request,
            system_prompt=system_prompt,
        )
        self._session.add(row)
        await self._session.flush()
        await self._session.refresh(row)
        return row

    async def begin(self, name: str) -> None:
        await self._session.execute(
            update(models.Dataset).where(models.Dataset.name == name).values(state=JobState.RUNNING, error=None)
        )

    async def stop(self, name: str, offenders: Sequence[Offender]) -> None:
        """Note what keeps a dataset from being sealed."""
        values = [offender.model_dump(mode="json") for offender in offenders]
        await self._session.execute(update(models.Dataset).where(models.Dataset.name == name).values(offenders=values))

    async def finish(self, name: str, digest: str, statistics: DatasetStatistics) -> None:
        values = {"state": JobState.DONE, "digest": digest, "statistics": statistics.model_dump(mode="json")}
        await self._session.execute(update(models.Dataset).where(models.Dataset.name == name).values(values))

    async def fail(self, name: str, error: str) -> None:
        query = update(models.Dataset).where(models.Dataset.name == name, models.Dataset.state.in_(UNENDED))
        await self._session.execute(query.values(state=JobState.FAILED, error=error))

    async def set_lineage(self, name: str, rows: Iterable[bytes]) -> None:
        """Replace the lineage of a dataset. Rows are in the text format of COPY, with the columns of ``LINEAGE``."""
        await self._session.execute(delete(models.DatasetExample).where(models.DatasetExample.dataset == name))
        statement = f"copy ingest.dataset_examples ({', '.join(LINEAGE)}) from stdin"
        async with (await driver(self._session)).cursor() as cursor, cursor.copy(statement) as copy:
            for batch in batched(rows, 2_000):
                await copy.write(b"".join(batch))

    async def differences(self, before: str, after: str) -> tuple[dict[str, ChatDiff], int]:
        """Examples by what became of them, by chat, and how many are on another side of the split."""
        rows = await self._session.execute(text(DIFFERENCES), {"before": before, "after": after})
        found, moved = dict[str, ChatDiff](), 0
        for chat, added, removed, changed, unchanged, elsewhere in rows:
            found[str(chat)] = ChatDiff(added=added, removed=removed, changed=changed, unchanged=unchanged)
            moved += elsewhere
        return found, moved

    async def holding(self, person_id: int, chats: Iterable[int] | None = None) -> list[str]:
        """Names of the untainted datasets with words of a person (in these chats, or any)."""
        wanted = [models.DatasetExample.people.contains([person_id])]
        if chats is not None:
            wanted.append(models.DatasetExample.chat_id.in_(list(chats)))
        return await self._untainted(*wanted)

    async def with_messages(self, account_id: int, chat_id: int, messages: Sequence[int]) -> list[str]:
        """Names of the untainted datasets in which one of a chat's messages is."""
        return await self._untainted(
            models.Dataset.account_id == account_id,
            models.DatasetExample.chat_id == chat_id,
            models.DatasetExample.message_ids.overlap(list(messages)),
        )

    async def held_out(self, account_id: int, chat_id: int) -> set[int]:
        """The messages of a chat that the newest sound dataset of a persona holds out from training."""
        sound = models.Dataset.tainted.is_(False) & (models.Dataset.state == JobState.DONE)
        versions = select(models.Dataset.name).where(sound, models.Dataset.account_id == account_id)
        newest_first = versions.order_by(models.Dataset.persona, models.Dataset.version.desc())
        standing = newest_first.ext(distinct_on(models.Dataset.persona))
        kept = select(func.unnest(models.DatasetExample.message_ids)).where(
            models.DatasetExample.dataset.in_(standing),
            models.DatasetExample.chat_id == chat_id,
            models.DatasetExample.split != "train",
        )
        return set(await self._session.scalars(kept))

    async def _untainted(self, *wanted: ColumnElement[bool]) -> list[str]:
        """Names of those with an example that fits."""
        query = (
            select(models.DatasetExample.dataset)
            .join(models.Dataset, models.Dataset.name == models.DatasetExample.dataset)
            .where(models.Dataset.tainted.is_(False), *wanted)
            .distinct()
        )
        return sorted(await self._session.scalars(query))

    async def taint(self, names: Sequence[str]) -> int:
        """Mark datasets as tainted and drop their lineage; returns the number of examples that they held."""
        if not names:
            return 0
        await self._session.execute(update(models.Dataset).where(models.Dataset.name.in_(names)).values(tainted=True))
        gone = delete(models.DatasetExample).where(models.DatasetExample.dataset.in_(names)).returning(text("1"))
        return len((await self._session.execute(gone)).all())
