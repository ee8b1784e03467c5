"""The outcome of a stage becomes rows: one transaction, after which the run has ended."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.trainer.gate import Tolerances, judge, leaking
from services.trainer.liveness import standing
from services.trainer.models import AdapterRow, EvaluationRow, RunRow
from services.trainer.planning import MAKING
from services.trainer.repository import Adapters, Evaluations, Promotions, Runs
from services.trainer.run_folder import Plan, RunFolder
from services.trainer.settings import TrainerSettings
from shared.contracts.jobs import JobState
from shared.contracts.trainer import Gate, Leaks, Stage
from shared.database import Database


async def record(settings: TrainerSettings, database: Database, run_id: str, folder: RunFolder) -> None:
    """Note what the stage made. A run that was cancelled while it finished stays cancelled, and its adapter unknown."""
    result, plan = folder.result(), folder.plan()
    assert result is not None
    async with database.transaction() as session:
        row = await Runs(session).get(run_id, lock=True)
        if JobState(row.state).ended:
            return
        row.recipe = plan.recipe
        row.metrics = await _note(session, settings, row, plan, folder, result)
        row.state, row.finished_at = JobState.DONE, datetime.now(UTC)


async def _note(
    session: AsyncSession, settings: TrainerSettings, row: RunRow, plan: Plan, folder: RunFolder, result: dict[str, Any]
) -> dict[str, Any]:
    """Write what belongs to the stage; the metrics of the run are left."""
    if row.stage in MAKING:
        await Adapters(session).add(_adapter(row, plan, result.pop("digest"), merged=result.pop("merged")))
    elif row.stage == Stage.MERGE:
        await Adapters(session).merged(str(row.adapter))
    elif row.stage == Stage.EVALUATE:
        samples = json.loads((folder.work / "samples.json").read_text())
        live = await _live_figures(session, row)
        faults = leaking(Leaks.model_validate(result["leaks"]), settings.leak_limits)
        gate = judge(result["persona"], result["base"], live, _tolerances(settings), faults)
        await Evaluations(session).add(_evaluation(row, result, gate, samples))
        return result | {"passed": gate.passed}
    return result


async def _live_figures(session: AsyncSession, row: RunRow) -> dict[str, float] | None:
    """The figures of what speaks for the persona now, unless that is the adapter itself."""
    gone = {adapter.name for adapter in await Adapters(session).all(row.persona) if adapter.gone}
    live = standing(await Promotions(session).all(row.persona), gone)
    if live is None or live.adapter == row.adapter:
        return None
    evaluated = (await Evaluations(session).newest([live.adapter])).get(live.adapter)
    return evaluated.persona if evaluated else None


def _adapter(row: RunRow, plan: Plan, digest: str, *, merged: bool) -> AdapterRow:
    assert plan.output is not None
    assert plan.lineage is not None
    return AdapterRow(
        name=plan.output,
        persona=row.persona,
        version=int(plan.output.rpartition("v")[2]),
        stage=row.stage,
        base_model=row.base_model,
        dataset=row.dataset,
        preferences=row.preferences,
        parent=row.adapter,
        digest=digest,
        system_prompt=plan.lineage["system_prompt"],
        merged=merged,
        tainted=False,
    )


def _evaluation(row: RunRow, result: dict[str, Any], gate: Gate, samples: list[dict[str, Any]]) -> EvaluationRow:
    return EvaluationRow(
        adapter=str(row.adapter),
        dataset=row.dataset,
        split=result["split"],
        owner=result["owner"],
        base=result["base"],
        persona=result["persona"],
        leaks=result["leaks"],
        passed=gate.passed,
        reasons=gate.reasons,
        samples=samples,
    )


def _tolerances(settings: TrainerSettings) -> Tolerances:
    return Tolerances(settings.gate_auc_tolerance, settings.gate_live_tolerance, settings.gate_parroting)
