"""All of the trainer's SQL. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from sqlalchemy import Integer, cast, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.trainer.models import AdapterRow, EvaluationRow, PromotionRow, RunRow
from shared.contracts.jobs import JobState
from shared.errors import NotFound

UNFINISHED = ("queued", "running")
_LOCK = text("select pg_try_advisory_lock(hashtext('anselm-run'), hashtext(:run))")
_UNLOCK = text("select pg_advisory_unlock(hashtext('anselm-run'), hashtext(:run))")
_LOCK_DEVICE = text("select pg_try_advisory_lock(hashtext('anselm-device'), hashtext(:device))")
_UNLOCK_DEVICE = text("select pg_advisory_unlock(hashtext('anselm-device'), hashtext(:device))")
#: A lock of two keys shows them as two unsigned numbers; the connection that has it is named for its run.
_HOLDER = text("""
    select application_name from pg_locks join pg_stat_activity using (pid)
    where locktype = 'advisory' and granted and objsubid = 2
      and classid::bigint = hashtext('anselm-device')::bigint & 4294967295
      and objid::bigint = hashtext(:device)::bigint & 4294967295
""")
_NAME = text("select set_config('application_name', :name, false)")


class Runs:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, row: RunRow) -> None:
        self._session.add(row)
        await self._session.flush()
        await self._session.refresh(row)

    async def get(self, run_id: str, *, lock: bool = False) -> RunRow:
        """A run, locked against others' changes until the transaction ends if asked for.

        Raises:
            NotFound: there is no such run.
        """
        row = await self._session.get(RunRow, run_id, with_for_update=lock)
        if row is None:
            raise NotFound(f"There is no run {run_id!r}.")
        return row

    async def with_key(self, key: str) -> RunRow | None:
        """The run that a key started. Others who ask for the same key wait until this transaction ends."""
        await self._session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"anselm-run-key-{key}"))))
        return await self._session.scalar(select(RunRow).where(RunRow.key == key))

    async def all(self, persona: str | None) -> Sequence[RunRow]:
        query = select(RunRow).order_by(RunRow.created_at.desc(), RunRow.id)
        return (await self._session.scalars(query if persona is None else query.where(RunRow.persona == persona))).all()

    async def end(self, run_id: str, state: JobState, error: str | None = None) -> None:
        """End a run unless it has ended already."""
        row = await self.get(run_id, lock=True)
        if not JobState(row.state).ended:
            row.state, row.error, row.finished_at = state, error, datetime.now(UTC)

    async def queue_again(self, row: RunRow) -> None:
        """Let a run that failed go on, as if it had not been tried."""
        row.state, row.error, row.finished_at, row.attempts = JobState.QUEUED, None, None, 0
        await self._session.flush()

    async def count(self) -> dict[str, int]:
        """How many there are, by state."""
        rows = await self._session.execute(select(RunRow.state, func.count().label("number")).group_by(RunRow.state))
        return {row.state: row.number for row in rows}

    async def unfinished(self) -> Sequence[RunRow]:
        query = select(RunRow).where(RunRow.state.in_(UNFINISHED)).order_by(RunRow.created_at)
        return (await self._session.scalars(query)).all()

    async def making(self, adapter: str) -> RunRow | None:
        """The run that made an adapter."""
        return await self._session.scalar(select(RunRow).where(RunRow.output == adapter))

    async def on(self, data: Collection[str], adapters: Collection[str]) -> Sequence[RunRow]:
        """The runs that worked with these datasets or preference datasets, or with one of these adapters."""
        query = select(RunRow).where(
            or_(RunRow.dataset.in_(data), RunRow.preferences.in_(data), RunRow.adapter.in_(adapters))
        )
        return (await self._session.scalars(query)).all()

    async def next_output(self, persona: str) -> str:
        """A name for the adapter that a run is about to make. Others wait until this transaction ends."""
        await self._session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"anselm-adapter-{persona}"))))
        version = cast(func.substring(RunRow.output, r"v(\d+)$"), Integer)
        newest = await self._session.scalar(select(func.max(version)).where(RunRow.persona == persona))
        return f"{persona}-v{(newest or 0) + 1}"


class Adapters:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, row: AdapterRow) -> None:
        await self._session.merge(row)

    async def get(self, name: str) -> AdapterRow:
        """Raises:
        NotFound: there is no such adapter.
        """
        row = await self._session.get(AdapterRow, name)
        if row is None:
            raise NotFound(f"There is no adapter {name!r}.", hint="List them with: anselm status")
        return row

    async def all(self, persona: str | None) -> Sequence[AdapterRow]:
        query = select(AdapterRow).order_by(AdapterRow.persona, AdapterRow.version)
        query = query if persona is None else query.where(AdapterRow.persona == persona)
        return (await self._session.scalars(query)).all()

    async def personas(self) -> Sequence[str]:
        """Those that have adapters, in one order for all, since each is locked in turn."""
        query = select(AdapterRow.persona).distinct().order_by(AdapterRow.persona)
        return (await self._session.scalars(query)).all()

    async def remove(self, names: Collection[str], merged: Collection[str]) -> None:
        """Note that the weights of some are gone, and the merged checkpoints of others."""
        gone = update(AdapterRow).where(AdapterRow.name.in_(names), AdapterRow.removed_at.is_(None))
        await self._session.execute(gone.values(removed_at=func.now(), merged=False))
        await self._session.execute(update(AdapterRow).where(AdapterRow.name.in_(merged)).values(merged=False))

    async def merged(self, name: str) -> None:
        await self._session.execute(update(AdapterRow).where(AdapterRow.name == name).values(merged=True))

    async def leave(self, names: Collection[str]) -> None:
        """Mark adapters as leaving, and empty the samples that quote what they learned."""
        await self._session.execute(update(AdapterRow).where(AdapterRow.name.in_(names)).values(leaving=True))
        quoting = update(EvaluationRow).where(EvaluationRow.adapter.in_(names))
        await self._session.execute(quoting.values(samples=[]))

    async def taint(self, names: Collection[str]) -> None:
        """Mark adapters as tainted, their checkpoints as gone, and empty the samples that quote what they learned."""
        named = AdapterRow.name.in_(names)
        gone = {"tainted": True, "leaving": False, "merged": False}
        await self._session.execute(update(AdapterRow).where(named).values(gone))
        quoting = update(EvaluationRow).where(EvaluationRow.adapter.in_(names))
        await self._session.execute(quoting.values(samples=[]))


class Evaluations:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, row: EvaluationRow) -> None:
        self._session.add(row)
        await self._session.flush()

    async def newest(self, adapters: Sequence[str]) -> dict[str, EvaluationRow]:
        """The newest evaluation of each adapter that has one."""
        named = EvaluationRow.adapter.in_(adapters)
        newest = select(func.max(EvaluationRow.id)).where(named).group_by(EvaluationRow.adapter)
        query = select(EvaluationRow).where(EvaluationRow.id.in_(newest))
        return {row.adapter: row for row in await self._session.scalars(query)}


class Promotions:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def hold(self, persona: str) -> None:
        """Let no one else change what is live for a persona until this transaction ends."""
        await self._session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"anselm-live-{persona}"))))

    async def add(self, row: PromotionRow) -> None:
        self._session.add(row)
        await self._session.flush()
        await self._session.refresh(row)

    async def all(self, persona: str | None = None) -> Sequence[PromotionRow]:
        """Newest first."""
        query = select(PromotionRow).order_by(PromotionRow.id.desc())
        query = query if persona is None else query.where(PromotionRow.persona == persona)
        return (await self._session.scalars(query)).all()


async def try_lock(connection: AsyncConnection, run_id: str) -> bool:
    """Take the lock of a run unless somebody has it. It lasts as long as the connection: death gives it up."""
    return bool(await connection.scalar(_LOCK, {"run": run_id}))


async def unlock(connection: AsyncConnection, run_id: str) -> None:
    await connection.execute(_UNLOCK, {"run": run_id})


async def try_device(connection: AsyncConnection, device: str) -> bool:
    """Take the lock of a GPU unless somebody has it; like that of a run."""
    return bool(await connection.scalar(_LOCK_DEVICE, {"device": device}))


async def unlock_device(connection: AsyncConnection, device: str) -> None:
    await connection.execute(_UNLOCK_DEVICE, {"device": device})


async def holder_of_device(connection: AsyncConnection, device: str) -> str | None:
    """The run that has the lock of a GPU."""
    name: str | None = await connection.scalar(_HOLDER, {"device": device})
    return name


async def name_for(connection: AsyncConnection, run_id: str) -> None:
    """Let others see which run a connection's locks are for."""
    await connection.execute(_NAME, {"name": run_id})
