"""Which adapter speaks for a persona: promotion, rolling back, and withdrawal of what was trained on tainted data."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession

from services.trainer import showing
from services.trainer.baselines import forget_baselines
from services.trainer.liveness import learned_from, standing
from services.trainer.models import AdapterRow, EvaluationRow, PromotionRow
from services.trainer.repository import Adapters, Evaluations, Promotions, Runs
from services.trainer.run_folder import RunFolder
from services.trainer.settings import TrainerSettings
from services.trainer.usable import require_usable
from shared.artifacts import ArtifactStore
from shared.contracts.forgetting import Held, HeldKind
from shared.contracts.jobs import JobState
from shared.contracts.trainer import REGISTRY_CHANNEL, Adapter, Evaluation, Lineage, Promotion, Route
from shared.database import Database
from shared.errors import Conflict, GateRefused, NotFound


@dataclass(frozen=True)
class Registry:
    """Adapters and promotions. Every change is announced after it was committed."""

    settings: TrainerSettings
    database: Database
    redis: Redis

    async def adapters(self, persona: str | None) -> list[Adapter]:
        async with self.database.transaction() as session:
            return await self._shown(session, list(await Adapters(session).all(persona)))

    async def adapter(self, name: str) -> Adapter:
        async with self.database.transaction() as session:
            return (await self._shown(session, [await Adapters(session).get(name)]))[0]

    async def lineage(self, name: str) -> Lineage:
        """Where an adapter comes from, and what became of it. Rows outlive weights, so it reaches to the beginning.

        Raises:
            NotFound: there is no such adapter.
        """
        async with self.database.transaction() as session:
            row = await Adapters(session).get(name)
            known = {one.name: one for one in await Adapters(session).all(row.persona)}
            chain = [row]
            while (parent := known.get(chain[-1].parent or "")) is not None:
                chain.append(parent)
            shown, *ancestors = await self._shown(session, chain)
            made_by = await Runs(session).making(name)
            promotions = await Promotions(session).all(row.persona)
        return Lineage(
            adapter=shown,
            run=showing.run(made_by) if made_by else None,
            ancestors=ancestors,
            continued_by=[one.name for one in known.values() if one.parent == name],
            promotions=[showing.promotion(promoted) for promoted in promotions if promoted.adapter == name],
        )

    async def evaluation(self, name: str) -> Evaluation:
        async with self.database.transaction() as session:
            await Adapters(session).get(name)
            row = (await Evaluations(session).newest([name])).get(name)
        if row is None:
            raise NotFound(f"{name} was not evaluated.", hint="Run: anselm evaluate")
        return showing.evaluation(row)

    async def promotions(self, persona: str | None) -> list[Promotion]:
        async with self.database.transaction() as session:
            return [showing.promotion(row) for row in await Promotions(session).all(persona)]

    async def promote(self, name: str) -> Promotion:
        """Let an adapter speak for its persona. One that is live already stays so.

        Raises:
            NotFound: there is no such adapter.
            Conflict: it is tainted or removed, or not merged where serving needs that.
            GateRefused: it was not evaluated, or did not pass.
        """
        async with self.database.transaction() as session:
            row = await Adapters(session).get(name)
            await Promotions(session).hold(row.persona)
            evaluated = (await Evaluations(session).newest([name])).get(name)
            self._require_fit(row, evaluated)
            now = await self._standing(session, row.persona)
            if now is not None and now.adapter == name:
                return showing.promotion(now)
            promoted = PromotionRow(
                persona=row.persona, adapter=name, previous=now.adapter if now else None, rolled_back=False
            )
            await Promotions(session).add(promoted)
            left = {one.name for one in await Adapters(session).all(row.persona) if one.leaving}
            await self._taint(session, left)
        await self.redis.publish(REGISTRY_CHANNEL, promoted.persona)
        await asyncio.to_thread(self._remove, left, [])
        return showing.promotion(promoted)

    async def roll_back(self, persona: str) -> Promotion:
        """Take back the promotion that stands. The answer names the adapter that fell silent, and as ``previous`` the
        one that speaks again; none after the first promotion.

        Raises:
            Conflict: nothing is live.
        """
        async with self.database.transaction() as session:
            await Promotions(session).hold(persona)
            now = await self._standing(session, persona)
            if now is None:
                raise Conflict(f"Nothing is live for {persona}; there is nothing to roll back.")
            now.rolled_back = True
            await session.flush()
            before = await self._standing(session, persona)
            answer = showing.promotion(now).model_copy(update={"previous": before.adapter if before else None})
        await self.redis.publish(REGISTRY_CHANNEL, persona)
        return answer

    async def taint(self, data: str, *, keep_live: bool = False, dry_run: bool = False) -> list[Adapter]:
        """Withdraw what was learned from a dataset or a preference dataset, and stop what learns from it now.

        Weights, checkpoints, quoted replies and logs are removed; the names stay known. Repeating it is safe.

        Args:
            keep_live: the live one among them is only marked as leaving: it is tainted when another is promoted.
            dry_run: change nothing; the answer is what would become tainted by it.
        """
        async with self.database.transaction() as session:
            rows = list(await Adapters(session).all(None))
            learned = learned_from(rows, data)
            if dry_run:
                return await self._shown(session, [row for row in rows if row.name in learned and not row.tainted])
            for run in await Runs(session).unfinished():
                if data in (run.dataset, run.preferences):
                    why = f"{data} was withdrawn: somebody in it is to be forgotten."
                    await Runs(session).end(run.id, JobState.CANCELLED, error=why)
            kept = {row.name for row in rows if row.name in learned and keep_live and await self._speaks(session, row)}
            await Adapters(session).leave(kept)
            runs = [run.id for run in await Runs(session).on({data}, learned)]
            shown = await self._taint(session, learned - kept)
        await self._withdrawn(shown)
        await asyncio.to_thread(self._remove, learned - kept, runs)
        await asyncio.to_thread(forget_baselines, self.settings, data)
        return shown

    async def _taint(self, session: AsyncSession, names: set[str]) -> list[Adapter]:
        await Adapters(session).taint(names)
        session.expire_all()
        return await self._shown(session, [row for row in await Adapters(session).all(None) if row.name in names])

    async def _withdrawn(self, adapters: Sequence[Adapter]) -> None:
        for persona in sorted({adapter.persona for adapter in adapters}):
            await self.redis.publish(REGISTRY_CHANNEL, persona)

    async def held(self) -> list[Held]:
        """Datasets that an untainted adapter learned from, or that a run works with."""
        async with self.database.transaction() as session:
            adapters = [row for row in await Adapters(session).all(None) if not row.tainted]
            unfinished = await Runs(session).unfinished()
        counts: Counter[tuple[str, str]] = Counter()
        for what, rows in (("adapters", adapters), ("runs", unfinished)):
            counts.update((name, what) for row in rows for name in {row.dataset, row.preferences} if name)
        return [
            Held(kind=HeldKind.DATASET, name=name, what=what, count=count) for (name, what), count in counts.items()
        ]

    async def routes(self) -> list[Route]:
        async with self.database.transaction() as session:
            rows = await Adapters(session).all(None)
            live = [row for row in rows if await self._speaks(session, row)]
        return [self._route(row) for row in live]

    async def _speaks(self, session: AsyncSession, row: AdapterRow) -> bool:
        now = await self._standing(session, row.persona)
        return now is not None and now.adapter == row.name

    async def _standing(self, session: AsyncSession, persona: str) -> PromotionRow | None:
        gone = {row.name for row in await Adapters(session).all(persona) if row.gone}
        return standing(await Promotions(session).all(persona), gone)

    async def _shown(self, session: AsyncSession, rows: list[AdapterRow]) -> list[Adapter]:
        evaluations = await Evaluations(session).newest([row.name for row in rows])
        promotions = await Promotions(session).all()
        gone = {row.name for row in await Adapters(session).all(None) if row.gone}
        return showing.adapters(rows, promotions, gone, evaluations, self.settings.anselm_home)

    def _remove(self, adapters: set[str], runs: Sequence[str]) -> None:
        for run in runs:
            RunFolder(self.settings.runs_folder / run).clear_words()
        for kind in ("adapters", "merged"):
            for name in adapters:
                ArtifactStore(self.settings.anselm_home / kind).remove(name)

    def _require_fit(self, row: AdapterRow, evaluated: EvaluationRow | None) -> None:
        require_usable(row)
        if evaluated is None:
            raise GateRefused(f"{row.name} was not evaluated.", hint=f"Run: anselm evaluate {row.name}")
        if not evaluated.passed:
            raise GateRefused(f"{row.name} did not pass its evaluation: {'; '.join(evaluated.reasons)}.")
        if self.settings.require_merged and not row.merged:
            hint = f"Run: anselm merge {row.name}, or set REQUIRE_MERGED=false where vLLM serves it as it is."
            raise Conflict(f"{row.name} is not merged, and the model server needs that.", hint=hint)

    def _route(self, row: AdapterRow) -> Route:
        home = self.settings.anselm_home
        return Route(
            persona=row.persona,
            adapter=row.name,
            base_model=row.base_model,
            adapter_path=str(home / "adapters" / row.name),
            merged_path=showing.merged_path(row, home),
            system_prompt=row.system_prompt,
        )
