"""Continue an adapter on pairs of answers, of which one was preferred (DPO).

    python -m services.trainer.stages.dpo ANSELM_HOME/runs/<id>

The adapter as it was is the reference that the policy is held to.
"""

from __future__ import annotations

from typing import Any

from services.trainer.preferences import Row, continue_adapter
from services.trainer.stages.bench import Bench, run_stage


def dpo(bench: Bench) -> dict[str, Any]:
    return continue_adapter(bench, _trainer)


def _trainer(
    model: Any, rows: list[Row], tokenizer: Any, options: dict[str, Any], beta: float, callbacks: list[Any]
) -> Any:
    from datasets import Dataset
    from trl.trainer.dpo_config import DPOConfig
    from trl.trainer.dpo_trainer import DPOTrainer

    return DPOTrainer(
        model=model,
        args=DPOConfig(**options, beta=beta),
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        callbacks=callbacks,
    )


if __name__ == "__main__":
    run_stage(dpo)
