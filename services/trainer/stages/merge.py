"""Merge an adapter into its base model: a checkpoint that any model server loads.

python -m services.trainer.stages.merge ANSELM_HOME/runs/<id>
"""

from __future__ import annotations

from typing import Any

from services.trainer.stages.bench import Bench, run_stage


def merge(bench: Bench) -> dict[str, Any]:
    name = bench.plan.adapter
    assert name is not None
    adapter = bench.adapters.verify(name)
    if name in bench.merged.names():
        return {"digest": bench.merged.verify(name)["digest"]}

    import torch

    from services.trainer import base_model, device

    location = base_model.prepare(bench.settings, bench.plan.base_model)
    on_cpu = device.Device("cpu", bf16=True)
    model, tokenizer = device.load(location, on_cpu, bench.adapters.path(name))

    bench.reporter.stage("merging")
    merged = model.merge_and_unload().to(torch.bfloat16)

    bench.reporter.stage("saving")
    lineage = {"adapter": name, "adapter_digest": adapter["digest"], "base_model": bench.plan.base_model}
    with bench.merged.write(name, lineage) as folder:
        merged.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    return {"digest": bench.merged.manifest(name)["digest"]}


if __name__ == "__main__":
    run_stage(merge)
