"""Runs and adapters put straight into the tables, for tests that need no training."""

from __future__ import annotations

from typing import Any

from services.trainer.models import AdapterRow, EvaluationRow
from services.trainer.repository import Adapters, Evaluations
from shared.database import Database
from tests.integration.trainer.conftest import DATASET, PERSONA
from tests.unit.trainer.examples import SYSTEM


async def add_adapter(database: Database, version: int, **changes: Any) -> str:
    """An adapter that is merged and passed its evaluation, unless ``changes`` say otherwise."""
    name = f"{PERSONA}-v{version}"
    about = {"persona": PERSONA, "stage": "sft", "base_model": "base", "dataset": DATASET, "digest": "0" * 64}
    about |= {"parent": None, "system_prompt": SYSTEM, "merged": True, "tainted": False}
    passed, leaks = changes.pop("passed", True), changes.pop("leaks", None)
    async with database.transaction() as session:
        await Adapters(session).add(AdapterRow(name=name, version=version, **(about | changes)))
    if passed is not None:
        await add_evaluation(database, name, passed, leaks)
    return name


async def add_evaluation(database: Database, adapter: str, passed: bool, leaks: dict[str, Any] | None = None) -> None:
    figures = {"auc": 0.8, "nll": 3.0, "style_score": 0.7}
    sample = {"context": [], "message": "hello", "base": "Hi!", "persona": "ahoi", "owner": "ahoi.."}
    async with database.transaction() as session:
        await Evaluations(session).add(
            EvaluationRow(
                adapter=adapter,
                dataset=DATASET,
                split="test",
                owner=figures,
                base=figures,
                persona=figures,
                leaks=leaks,
                passed=passed,
                reasons=[] if passed else ["it parrots"],
                samples=[sample],
            )
        )
