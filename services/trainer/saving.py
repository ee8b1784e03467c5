"""An adapter becomes an artifact: its weights and its lineage, never changed afterwards. Where the model server needs
merged checkpoints, it becomes one as well."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.trainer.merging import merge

if TYPE_CHECKING:
    from services.trainer.stages.bench import Bench

#: What a LoRA adapter consists of; the rest of a trainer's output is not needed to use it.
FILES = ("adapter_config.json", "adapter_model.safetensors")


def already_saved(bench: Bench) -> dict[str, Any] | None:
    """The result of an earlier attempt that was killed after it had saved the adapter."""
    output = bench.plan.output
    if output is None or output not in bench.adapters.names():
        return None
    return _finished(bench, output)


def save_adapter(bench: Bench, trained: Path, metrics: dict[str, Any]) -> dict[str, Any]:
    """Keep what a trainer left in ``trained`` under the name that the run was given.

    Raises:
        StorageFull: there is no room for it; nothing is left.
    """
    plan, output = bench.plan, bench.plan.output
    assert output is not None
    manifest = {
        "persona": plan.persona, "run": plan.run, "stage": plan.stage, "base_model": plan.base_model,
        "dataset": plan.dataset, "parent": plan.adapter, "preferences": plan.preferences,
        "recipe": plan.recipe, "metrics": metrics, **(plan.lineage or {}),
    }  # fmt: skip
    with bench.adapters.write(output, manifest) as folder:
        for name in FILES:
            shutil.copyfile(trained / name, folder / name)
    return _finished(bench, output)


def _finished(bench: Bench, output: str) -> dict[str, Any]:
    """What a stage that makes an adapter leaves as its result; the digests are the registry's."""
    manifest, merged = bench.adapters.verify(output), bench.settings.require_merged
    if merged:
        merge(bench, output)
    return {"digest": manifest["digest"], "merged": merged, **manifest["metrics"]}
