"""What a run would do, without doing it: `anselm train --dry-run`."""

from __future__ import annotations

import math
from pathlib import Path

from services.trainer.axolotl_config import axolotl_config
from services.trainer.base_model import PACKAGED, locate
from services.trainer.device import Device, free_host_memory
from services.trainer.following import describe, recipe_for
from services.trainer.memory import GIB
from services.trainer.model_facts import ModelFacts, find_facts
from services.trainer.recipes.resolving import Resolved
from services.trainer.recipes.schema import SETTINGS, SftRecipe
from services.trainer.recipes.shelf import read_recipe
from services.trainer.settings import TrainerSettings
from shared.contracts.ingest import Dataset
from shared.contracts.trainer import ResolvedRecipe, RunRequest
from shared.errors import Invalid
from shared.processor import has_bfloat16


def preview(settings: TrainerSettings, request: RunRequest, dataset: Dataset, base_model: str) -> ResolvedRecipe:
    """The recipe that a run would follow, what it would need, and axolotl's configuration of it. The run itself finds
    out more: what its machine has, and how long the conversations are.

    Raises:
        NotFound: there is no such recipe, or no such model.
        Invalid: the stage has no recipe, or a setting is wrong.
    """
    if request.stage not in SETTINGS:
        raise Invalid(f"A {request.stage} run has no recipe to show.")
    machine = _machine(settings, request, base_model)
    home = settings.anselm_home
    resolved = recipe_for(home, request.stage, request.recipe_name, request.recipe, base_model, machine)
    location = locate(settings, base_model)
    facts = find_facts(base_model, location)
    gpu_memory = resolved.recipe.gpu_memory
    free = gpu_memory * GIB if machine.gpu and gpu_memory else None if machine.gpu else free_host_memory()
    described = describe(resolved, base_model, facts, machine, free)
    return described.model_copy(update={"config": _config(resolved, location, facts, dataset, machine)})


def _machine(settings: TrainerSettings, request: RunRequest, base_model: str) -> Device:
    """The one that a run would be on, as far as that can be told here: whoever answers need not have the GPU."""
    if request.recipe_name:
        device = read_recipe(request.recipe_name, settings.anselm_home).device
    elif settings.device == "auto":
        device = "cpu" if base_model == PACKAGED else "cuda"
    else:
        device = "cuda" if settings.device == "cuda" else "cpu"
    return Device("cuda", bf16=True) if device == "cuda" else Device("cpu", bf16=has_bfloat16())


def _config(
    resolved: Resolved, location: str, facts: ModelFacts | None, dataset: Dataset, machine: Device
) -> dict[str, object] | None:
    recipe = resolved.values
    if not isinstance(recipe, SftRecipe) or facts is None:
        return None
    work = Path("RUN/work")
    return axolotl_config(
        recipe, base_model=location, layers=facts.layers, train=work / "train.jsonl",
        validation=work / "validation.jsonl", sequences=_sequences(recipe, dataset), output=work / "output",
        machine=machine,
    )  # fmt: skip


def _sequences(recipe: SftRecipe, dataset: Dataset) -> int:
    """An upper bound: examples of one thread are trained on together."""
    known = dataset.statistics.splits.get("train") if dataset.statistics else None
    examples = known.examples if known else 1
    return max(1, math.ceil(examples / 4) if recipe.packing else examples)
