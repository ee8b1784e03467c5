"""The values of a recipe that comes with the trainer, for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from services.trainer.recipes.resolving import resolve
from services.trainer.recipes.schema import SftRecipe
from services.trainer.recipes.shelf import read_recipe


def sft(name: str = "smollm2-cpu", **changes: Any) -> SftRecipe:
    return resolve(read_recipe(name, Path("/nowhere")), changes).of(SftRecipe)
