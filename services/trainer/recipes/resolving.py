"""The settings of a run and where each came from: the default, then the recipe's file, then the owner's, then the run
itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from services.trainer.recipes.schema import SETTINGS, PreferenceRecipe, SftRecipe
from services.trainer.recipes.shelf import Device, Recipe, read_recipe, shipped_names
from shared.contracts.trainer import Setting, Stage
from shared.errors import Invalid

DEFAULT, THIS_RUN = "default", "this run"

#: What a run follows whose base model no recipe was made for.
_FALLBACKS: dict[Device, dict[Stage, str]] = {
    "cpu": {Stage.SFT: "smollm2-cpu", Stage.DPO: "smollm2-cpu-dpo", Stage.KTO: "smollm2-cpu-kto"},
    "cuda": {Stage.SFT: "qwen3-8b-qlora", Stage.DPO: "qwen3-8b-dpo", Stage.KTO: "qwen3-8b-kto"},
}

Values = TypeVar("Values", SftRecipe, PreferenceRecipe)


@dataclass(frozen=True)
class Resolved:
    """A recipe with a run's own values; ``sources`` says for each setting where its value came from."""

    recipe: Recipe
    values: SftRecipe | PreferenceRecipe
    sources: dict[str, str]

    def of(self, kind: type[Values]) -> Values:
        assert isinstance(self.values, kind)
        return self.values

    @property
    def settings(self) -> list[Setting]:
        return [
            Setting(name=name, value=value, source=self.sources[name]) for name, value in asdict(self.values).items()
        ]


def choose(home: Path, stage: Stage, device: Device, base_model: str) -> Recipe:
    """The recipe for a machine and a base model, as the owner may have changed it. One for several GPUs, or of the
    owner's own, is followed only where a run names it."""
    for name in shipped_names():
        recipe = read_recipe(name, home)
        fits = (recipe.stage, recipe.device, recipe.gpus) == (stage, device, 1)
        if fits and _same_model(recipe.base_model, base_model):
            return recipe
    return read_recipe(_FALLBACKS[device][stage], home)


def named(name: str, home: Path, stage: Stage, device: Device | None = None) -> Recipe:
    """The recipe that a run asks for.

    Raises:
        NotFound: there is none of that name.
        Invalid: it is for another stage, or for a GPU where there is none.
    """
    recipe = read_recipe(name, home)
    if recipe.stage is not stage:
        raise Invalid(f"recipe: {name} is for {recipe.stage}, not for {stage}.")
    if device == "cpu" and recipe.device == "cuda":
        raise Invalid(f"recipe: {name} is for a GPU, and this machine has none.", hint="Leave --recipe out.")
    return recipe


def resolve(recipe: Recipe, changes: Mapping[str, Any] | None = None) -> Resolved:
    """The settings that a run with these ``changes`` of its own follows.

    Raises:
        Invalid: a value is not of this stage, or not of its type; the message names it and where it stands.
    """
    kind = SETTINGS[recipe.stage]
    layers = [(DEFAULT, _defaults(kind)), *recipe.layers, (THIS_RUN, dict(changes or {}))]
    sources = {name: source for source, values in layers for name in values}
    merged = {name: value for _, values in layers for name, value in values.items()}
    try:
        values = TypeAdapter(kind).validate_python(merged)
    except ValidationError as error:
        problem = error.errors()[0]
        name = str(problem["loc"][0])
        source = sources.get(name, recipe.name)
        hint = f"A recipe for {recipe.stage} sets: {', '.join(field.name for field in fields(kind))}."
        raise Invalid(f"recipe ({source}): {name}: {problem['msg']}.", hint=hint) from error
    return Resolved(recipe, values, sources)


def check_changes(stage: Stage, changes: Mapping[str, Any]) -> None:
    """Refuse changes that no recipe of the stage could take, before it is known which one it will be.

    Raises:
        Invalid: a stage without recipes, or a value that is not of this stage or of its type.
    """
    if stage not in SETTINGS:
        if changes:
            raise Invalid(f"recipe: a {stage} run has none.")
        return
    resolve(read_recipe(_FALLBACKS["cpu"][stage], Path("/nonexistent")), changes)


def _defaults(kind: type[Any]) -> dict[str, Any]:
    return {field.name: field.default for field in fields(kind) if field.default is not MISSING}


def _same_model(one: str, other: str) -> bool:
    """By the last part of the name, so that a folder with the model counts as the model."""
    return one.rpartition("/")[2].lower() == other.rstrip("/").rpartition("/")[2].lower()
