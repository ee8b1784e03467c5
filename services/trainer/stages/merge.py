"""Merge an adapter into its base model: a checkpoint that any model server loads.

python -m services.trainer.stages.merge ANSELM_HOME/runs/<id>
"""

from __future__ import annotations

from typing import Any

from services.trainer import merging
from services.trainer.stages.bench import Bench, run_stage


def merge(bench: Bench) -> dict[str, Any]:
    assert bench.plan.adapter is not None
    return {"digest": merging.merge(bench, bench.plan.adapter)}


if __name__ == "__main__":
    run_stage(merge)
