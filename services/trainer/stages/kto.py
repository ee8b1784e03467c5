"""Continue an adapter on single answers that were or were not like the owner (KTO).

    python -m services.trainer.stages.kto ANSELM_HOME/runs/<id>

The adapter as it was is the reference that the policy is held to.
"""

from __future__ import annotations

from typing import Any

from services.trainer.preferences import Row, continue_adapter
from services.trainer.stages.bench import Bench, run_stage


def kto(bench: Bench) -> dict[str, Any]:
    return continue_adapter(bench, _trainer)


def _trainer(
    model: Any, rows: list[Row], tokenizer: Any, options: dict[str, Any], beta: float, callbacks: list[Any]
) -> Any:
    from datasets import Dataset
    from trl.trainer.kto_config import KTOConfig
    from trl.trainer.kto_trainer import KTOTrainer

    return KTOTrainer(
        model=model,
        args=KTOConfig(**options, beta=beta),
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        callbacks=callbacks,
    )


if __name__ == "__main__":
    run_stage(kto)
