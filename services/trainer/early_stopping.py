"""Whether a training ended before its last step because it no longer got better."""

from __future__ import annotations

from transformers import EarlyStoppingCallback, Trainer


def early_stop(trainer: Trainer) -> str | None:
    """A sentence about it; none where all steps were made."""
    state = trainer.state
    watchers = [c for c in trainer.callback_handler.callbacks if isinstance(c, EarlyStoppingCallback)]
    if not any(c.early_stopping_patience_counter >= c.early_stopping_patience for c in watchers):
        return None
    best = state.best_global_step
    return f"Stopped early at step {state.global_step} of {state.max_steps}: no better since step {best}."
