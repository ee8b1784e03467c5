"""Axolotl's extension point: hands the run's live curve to the trainer that axolotl builds, lets it use a CPU, and
leaves out work that changes nothing."""

from __future__ import annotations

from typing import Any, ClassVar

from axolotl.integrations.base import BasePlugin

from services.trainer.live_curve import LiveCurve as Curve
from services.trainer.loss import where_it_is_carried


class LiveCurve(BasePlugin):  # type: ignore[misc]
    """Named in ``axolotl_config.yaml``; the stage sets ``curve`` before it starts axolotl."""

    curve: ClassVar[Curve | None] = None

    def post_model_build(self, cfg: Any, model: Any) -> None:
        model.forward = where_it_is_carried(model.forward)

    def post_lora_load(self, cfg: Any, model: Any) -> None:
        """Axolotl asks for gradients of the embeddings, as checkpointing needs; otherwise they are computed for
        nothing, through every layer below the first that is trained."""
        if not cfg.gradient_checkpointing:
            model.disable_input_require_grads()

    def get_training_args(self, cfg: Any) -> dict[str, Any]:
        """Without the first, transformers takes bfloat16 for a GPU's; with the second's default, it logs a loss that is
        no number as if it were none."""
        return {"use_cpu": cfg.device == "cpu", "logging_nan_inf_filter": False}

    def add_callbacks_post_trainer(self, cfg: Any, trainer: Any) -> list[Any]:
        return [self.curve] if self.curve else []
