"""Rows as contracts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path

from services.trainer.liveness import state_of
from services.trainer.models import AdapterRow, EvaluationRow, PromotionRow, RunRow
from services.trainer.recipes.shelf import Recipe
from shared.contracts.jobs import JobState
from shared.contracts.trainer import (
    Adapter,
    AdapterState,
    Evaluation,
    Gate,
    Leaks,
    Promotion,
    RecipeSummary,
    Run,
    Sample,
    Stage,
)


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
        recipe_name=row.recipe_name,
        recipe=row.recipe,
        metrics=row.metrics,
        attempts=row.attempts,
        error=row.error,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def recipe(found: Recipe) -> RecipeSummary:
    return RecipeSummary(
        name=found.name,
        stage=found.stage,
        base_model=found.base_model,
        device=found.device,
        gpus=found.gpus,
        gpu_memory=found.gpu_memory,
        files=[source for source, _ in found.layers],
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
    rows: Sequence[AdapterRow],
    promotions: Sequence[PromotionRow],
    gone: Collection[str],
    evaluations: dict[str, EvaluationRow],
    home: Path,
) -> list[Adapter]:
    """Adapters with their state among ``promotions``, newest first, where these adapters are ``gone``."""
    of_persona: dict[str, list[PromotionRow]] = defaultdict(list)
    for promoted in promotions:
        of_persona[promoted.persona].append(promoted)
    shown = []
    for row in rows:
        evaluated = evaluations.get(row.name)
        shown.append(_adapter(row, state_of(row, of_persona[row.persona], gone, evaluated), evaluated, home))
    return shown


def merged_path(row: AdapterRow, home: Path) -> str | None:
    return str(home / "merged" / row.name) if row.merged else None


def _adapter(row: AdapterRow, state: AdapterState, evaluated: EvaluationRow | None, home: Path) -> Adapter:
    return Adapter(
        name=row.name,
        persona=row.persona,
        version=row.version,
        stage=Stage(row.stage),
        state=state,
        base_model=row.base_model,
        dataset=row.dataset,
        preferences=row.preferences,
        parent=row.parent,
        path=str(home / "adapters" / row.name),
        merged_path=merged_path(row, home),
        digest=row.digest,
        system_prompt=row.system_prompt,
        evaluation=evaluation(evaluated) if evaluated else None,
        created_at=row.created_at,
    )
