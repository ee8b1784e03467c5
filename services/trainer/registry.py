"""Which adapter speaks for a persona: promotion, rolling back, and withdrawal of what was trained on tainted data."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession

from services.trainer import showing
from services.trainer.baselines import forget_baselines
from services.trainer.liveness import learned_from, standing
from services.trainer.models import AdapterRow, EvaluationRow, PromotionRow
from services.trainer.repository import Adapters, Evaluations, Promotions, Runs
from services.trainer.settings import TrainerSettings
from shared.artifacts import ArtifactStore
from shared.contracts.jobs import JobState
from shared.contracts.trainer import REGISTRY_CHANNEL, Adapter, Evaluation, Promotion, Route
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
            Conflict: it is tainted, or not merged where serving needs that.
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
        await self.redis.publish(REGISTRY_CHANNEL, row.persona)
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

    async def taint(self, data: str) -> list[Adapter]:
        """Withdraw what was learned from a dataset or a preference dataset, and stop what learns from it now.

        Weights, checkpoints and quoted replies are removed; the names stay known. Repeating it is safe.
        """
        async with self.database.transaction() as session:
            for run in await Runs(session).unfinished():
                if data in (run.dataset, run.preferences):
                    why = f"{data} was withdrawn: somebody in it is to be forgotten."
                    await Runs(session).end(run.id, JobState.CANCELLED, error=why)
            names = learned_from(await Adapters(session).all(None), data)
            await Adapters(session).taint(names)
            session.expire_all()
            rows = [row for row in await Adapters(session).all(None) if row.name in names]
            shown = await self._shown(session, rows)
        for persona in sorted({row.persona for row in rows}):
            await self.redis.publish(REGISTRY_CHANNEL, persona)
        await asyncio.to_thread(self._remove, data, names)
        return shown

    async def routes(self) -> list[Route]:
        async with self.database.transaction() as session:
            rows = await Adapters(session).all(None)
            live = [row for row in rows if await self._speaks(session, row)]
        return [self._route(row) for row in live]

    async def _speaks(self, session: AsyncSession, row: AdapterRow) -> bool:
        now = await self._standing(session, row.persona)
        return now is not None and now.adapter == row.name

    async def _standing(self, session: AsyncSession, persona: str) -> PromotionRow | None:
        tainted = {row.name for row in await Adapters(session).all(persona) if row.tainted}
        return standing(await Promotions(session).all(persona), tainted)

    async def _shown(self, session: AsyncSession, rows: list[AdapterRow]) -> list[Adapter]:
        evaluations = await Evaluations(session).newest([row.name for row in rows])
        promotions = await Promotions(session).all()
        return showing.adapters(rows, promotions, evaluations, self.settings.anselm_home)

    def _remove(self, data: str, names: set[str]) -> None:
        forget_baselines(self.settings, data)
        for kind in ("adapters", "merged"):
            for name in names:
                ArtifactStore(self.settings.anselm_home / kind).remove(name)

    def _require_fit(self, row: AdapterRow, evaluated: EvaluationRow | None) -> None:
        if row.tainted:
            raise Conflict(f"{row.name} learned from data that was withdrawn.", hint="Train on a new dataset.")
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
