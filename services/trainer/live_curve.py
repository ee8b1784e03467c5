"""While a model trains: each logged loss goes to the run's curve and to its progress."""

from __future__ import annotations

from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from services.trainer.run_folder import RunFolder
from shared.jobs import JobReporter

#: What a curve shows; the rest of what trainers log is noise.
SHOWN = ("loss", "eval_loss", "learning_rate", "grad_norm", "rewards/margins", "rewards/accuracies", "kl")


class LiveCurve(TrainerCallback):
    """Writes ``metrics.jsonl`` and reports progress in steps."""

    def __init__(self, folder: RunFolder, reporter: JobReporter) -> None:
        self._folder = folder
        self._reporter = reporter

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._reporter.stage("training", total=state.max_steps, unit="steps")

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        values = {key: float(value) for key, value in (logs or {}).items() if key in SHOWN}
        if not values:
            return
        self._folder.add_metrics(state.global_step, values)
        self._reporter.advance(state.global_step, **{k: round(v, 4) for k, v in values.items() if k.endswith("loss")})
