"""While a model trains: each logged loss goes to the run's curve and to its progress, and one that is no number any
more ends the training."""

from __future__ import annotations

import math
import time
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from services.trainer.run_folder import RunFolder
from shared.errors import Invalid
from shared.jobs import JobReporter

#: What a curve shows, by the name that trainers log it under; the rest is noise.
SHOWN = {
    name: name
    for name in ("loss", "eval_loss", "learning_rate", "grad_norm", "rewards/margins", "rewards/accuracies", "kl")
} | {"tokens/train_per_sec_per_gpu": "tokens_per_s"}

#: What a progress shows of it.
REPORTED = ("loss", "eval_loss", "learning_rate", "tokens_per_s")

#: Training cannot come back from these.
FINITE = {"loss": "loss", "eval_loss": "loss on held-out conversations", "grad_norm": "gradient"}


class LiveCurve(TrainerCallback):
    """Writes ``metrics.jsonl`` and reports progress in steps.

    Needs a trainer that logs what it sees: ``logging_nan_inf_filter=False``.
    """

    def __init__(self, folder: RunFolder, reporter: JobReporter) -> None:
        self._folder = folder
        self._reporter = reporter
        self._tokens: tuple[float, float] | None = None

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._reporter.stage("training", total=state.max_steps, unit="steps", done=state.global_step)

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        values = {SHOWN[key]: float(value) for key, value in (logs or {}).items() if key in SHOWN}
        if not values:
            return
        require_finite(state.global_step, values, args.learning_rate)
        values |= self._token_rate(logs or {})
        self._folder.add_metrics(state.global_step, values)
        self._reporter.advance(state.global_step, **{k: float(f"{values[k]:.4g}") for k in REPORTED if k in values})

    def _token_rate(self, logs: dict[str, Any]) -> dict[str, float]:
        """Tokens a second since the last time, from TRL's running count of them."""
        if "num_tokens" not in logs:
            return {}
        before, now = self._tokens, (float(logs["num_tokens"]), time.monotonic())
        self._tokens = now
        return {"tokens_per_s": (now[0] - before[0]) / (now[1] - before[1])} if before and now[1] > before[1] else {}


def require_finite(step: int, values: dict[str, float], learning_rate: float) -> None:
    """Stop a training that diverged: each further step would only cost time.

    Raises:
        Invalid: names the figure, the step and the setting.
    """
    for name, what in FINITE.items():
        if not math.isfinite(values.get(name, 0.0)):
            hint = f"Lower learning_rate (now {learning_rate:g}) to a third, or raise warmup."
            raise Invalid(f"The {what} became {values[name]} at step {step}: training diverged.", hint=hint)
