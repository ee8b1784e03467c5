"""An adapter and its base model become one checkpoint, which any model server loads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.errors import Invalid

if TYPE_CHECKING:
    from services.trainer.stages.bench import Bench


def merge(bench: Bench, name: str) -> str:
    """Merge an adapter into its base model, unless that was done before.

    Returns:
        The digest of the merged checkpoint.

    Raises:
        NotFound: there is no such adapter.
        Invalid: it is damaged.
        StorageFull: there is no room for the checkpoint; nothing is left.
    """
    adapter = bench.adapters.verify(name)
    if (merged_before := _whole(bench, name)) is not None:
        return merged_before

    import torch

    from services.trainer import base_model, device

    bench.reporter.stage("merging")
    location = base_model.prepare(bench.settings, bench.plan.base_model)
    model, tokenizer = device.load(location, device.Device("cpu", bf16=True), bench.adapters.path(name))
    merged = model.merge_and_unload().to(torch.bfloat16)

    bench.reporter.stage("saving")
    lineage = {"adapter": name, "adapter_digest": adapter["digest"], "base_model": bench.plan.base_model}
    with bench.merged.write(name, lineage) as folder:
        merged.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    return str(bench.merged.manifest(name)["digest"])


def _whole(bench: Bench, name: str) -> str | None:
    """The digest of a checkpoint that is there. One that is damaged, as by a removal that was cut short, goes."""
    if name not in bench.merged.names():
        return None
    try:
        return str(bench.merged.verify(name)["digest"])
    except Invalid:
        bench.merged.remove(name)
        return None
