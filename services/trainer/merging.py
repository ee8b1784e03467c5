"""An adapter and its base model become one checkpoint, which any model server loads."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    if name in bench.merged.names():
        return str(bench.merged.verify(name)["digest"])

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
