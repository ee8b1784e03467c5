"""The recipe that a run follows: chosen, resolved, weighed against the memory that there is, and described."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.trainer.device import Device
from services.trainer.memory import GIB, estimate
from services.trainer.model_facts import ModelFacts
from services.trainer.recipes.resolving import Resolved, choose, named, resolve
from services.trainer.recipes.schema import SftRecipe
from services.trainer.recipes.shelf import Device as DeviceKind
from services.trainer.run_folder import Plan
from services.trainer.settings import TrainerSettings
from shared.contracts.trainer import ResolvedRecipe, Stage


def recipe_for(
    home: Path, stage: Stage, name: str | None, changes: Mapping[str, Any], base_model: str, machine: Device
) -> Resolved:
    """The settings of a run on ``machine``.

    Args:
        name: the recipe that it asks for; none: the one for this machine and base model.
        changes: the run's own settings.

    Raises:
        NotFound: there is no such recipe.
        Invalid: a setting is wrong, or the recipe is for another stage or machine.
    """
    device: DeviceKind = "cuda" if machine.gpu else "cpu"
    recipe = named(name, home, stage, device) if name else choose(home, stage, device, base_model)
    return resolve(recipe, changes)


def recipe_of(settings: TrainerSettings, plan: Plan, machine: Device) -> Resolved:
    """The settings of a planned run, on the machine that it has come to."""
    return recipe_for(settings.anselm_home, plan.stage, plan.recipe_name, plan.recipe, plan.base_model, machine)


def describe(
    resolved: Resolved, base_model: str, facts: ModelFacts | None, machine: Device, free: int | None
) -> ResolvedRecipe:
    """A resolved recipe with what it needs of the memory that is ``free``, in bytes."""
    values, needed = resolved.values, None
    if isinstance(values, SftRecipe) and facts is not None:
        needed = estimate(values, facts, gpu=machine.gpu, bf16=machine.bf16)
    return ResolvedRecipe(
        name=resolved.recipe.name,
        made_for=resolved.recipe.base_model,
        base_model=base_model,
        settings=resolved.settings,
        memory=needed,
        memory_free=free,
    )


def as_lines(recipe: ResolvedRecipe) -> list[str]:
    """For the run's log: each setting and where it came from, each part of the memory."""
    widest = max(len(str(setting.value)) for setting in recipe.settings)
    lines = [f"recipe {recipe.name}, made for {recipe.made_for}; training {recipe.base_model}"]
    lines += [f"  {s.name:<16} {s.value!s:<{widest}}  {s.source}" for s in recipe.settings]
    if recipe.memory is None:
        return lines
    free = f", {recipe.memory_free / GIB:.1f} GiB free" if recipe.memory_free is not None else ""
    lines.append(f"memory: about {recipe.memory.total / GIB:.1f} GiB a {recipe.memory.per}{free}")
    return lines + [f"  {name:<16} {size / GIB:6.2f} GiB" for name, size in recipe.memory.parts.items()]
