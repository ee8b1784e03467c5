"""Rows as contracts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from services.trainer.liveness import state_of
from services.trainer.models import AdapterRow, EvaluationRow, PromotionRow, RunRow
from shared.contracts.jobs import JobState
from shared.contracts.trainer import Adapter, Evaluation, Gate, Leaks, Promotion, Run, Sample, Stage


def run(row: RunRow) -> Run:
    made = row.output if row.state == JobState.DONE else None
    return Run(
        id=row.id,
        stage=Stage(row.stage),
        persona=row.persona,
        state=JobState(row.state),
        queue=row.queue,
        dataset=row.dataset,
        adapter=made or row.adapter,
        preferences=row.preferences,
        base_model=row.base_model,
        recipe=row.recipe,
        metrics=row.metrics,
        attempts=row.attempts,
        error=row.error,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def evaluation(row: EvaluationRow) -> Evaluation:
    return Evaluation(
        adapter=row.adapter,
        dataset=row.dataset,
        split=row.split,
        owner=row.owner,
        base=row.base,
        persona=row.persona,
        leaks=Leaks.model_validate(row.leaks) if row.leaks else None,
        gate=Gate(passed=row.passed, reasons=row.reasons),
        samples=[Sample.model_validate(sample) for sample in row.samples],
        created_at=row.created_at,
    )


def promotion(row: PromotionRow) -> Promotion:
    return Promotion(
        persona=row.persona, adapter=row.adapter, previous=row.previous, rolled_back=row.rolled_back, at=row.at
    )


def adapters(
    rows: Sequence[AdapterRow], promotions: Sequence[PromotionRow], evaluations: dict[str, EvaluationRow], home: Path
) -> list[Adapter]:
    """Adapters with their state among ``promotions``, newest first."""
    tainted = {row.name for row in rows if row.tainted}
    of_persona: dict[str, list[PromotionRow]] = defaultdict(list)
    for promoted in promotions:
        of_persona[promoted.persona].append(promoted)
    return [_adapter(row, of_persona[row.persona], tainted, evaluations.get(row.name), home) for row in rows]


def merged_path(row: AdapterRow, home: Path) -> str | None:
    return str(home / "merged" / row.name) if row.merged else None


def _adapter(
    row: AdapterRow, promotions: list[PromotionRow], tainted: set[str], evaluated: EvaluationRow | None, home: Path
) -> Adapter:
    return Adapter(
        name=row.name,
        persona=row.persona,
        version=row.version,
        stage=Stage(row.stage),
        state=state_of(row.name, promotions, tainted),
        base_model=row.base_model,
        dataset=row.dataset,
        parent=row.parent,
        path=str(home / "adapters" / row.name),
        merged_path=merged_path(row, home),
        digest=row.digest,
        system_prompt=row.system_prompt,
        evaluation=evaluation(evaluated) if evaluated else None,
        created_at=row.created_at,
    )
