"""Axolotl's extension point: hands the run's live curve to the trainer that axolotl builds, and lets it use a CPU."""

from __future__ import annotations

from typing import Any, ClassVar

from axolotl.integrations.base import BasePlugin

from services.trainer.live_curve import LiveCurve as Curve


class LiveCurve(BasePlugin):  # type: ignore[misc]
    """Named in ``axolotl_config.yaml``; the stage sets ``curve`` before it starts axolotl."""

    curve: ClassVar[Curve | None] = None

    def get_training_args(self, cfg: Any) -> dict[str, Any]:
        """Without this, transformers takes bfloat16 for a GPU's."""
        return {"use_cpu": cfg.device == "cpu"}

    def add_callbacks_post_trainer(self, cfg: Any, trainer: Any) -> list[Any]:
        return [self.curve] if self.curve else []
