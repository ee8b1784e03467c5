"""The recipes that there are: those that come with the trainer, and the owner's in ``ANSELM_HOME/recipes``.

An owner's file named like a recipe that comes with the trainer changes it; any other builds on the one that it
``extends``, or stands alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.contracts.trainer import Stage
from shared.errors import Invalid, NotFound

SHIPPED = Path(__file__).parent

Device = Literal["cpu", "cuda"]


class RecipeFile(BaseModel):
    """What a file may say; ``settings`` are those of its stage."""

    model_config = ConfigDict(extra="forbid")

    stage: Stage | None = None
    base_model: str | None = None
    device: Device | None = None
    gpu_memory: int | None = Field(default=None, gt=0)
    extends: str | None = None
    settings: dict[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True)
class Recipe:
    """A recipe.

    Attributes:
        base_model: the model that its numbers were chosen for.
        gpu_memory: GiB of each GPU that it was chosen for; none for a CPU.
        layers: what each file sets, the later one wins: (where it comes from, settings).
    """

    name: str
    stage: Stage
    base_model: str
    device: Device
    gpu_memory: int | None
    layers: tuple[tuple[str, dict[str, Any]], ...]

    @property
    def gpus(self) -> int:
        return int({name: value for _, values in self.layers for name, value in values.items()}.get("gpus", 1))


def read_recipe(name: str, home: Path) -> Recipe:
    """A recipe by its name.

    Raises:
        NotFound: there is none; the hint lists those that there are.
        Invalid: its file is wrong; the message names file and field.
    """
    own, shipped = home / "recipes" / f"{name}.yaml", SHIPPED / f"{name}.yaml"
    if name not in names(home):
        raise NotFound(f"There is no recipe {name!r}.", hint=f"There are: {', '.join(names(home))}.")
    if not own.is_file():
        return _shipped(name)
    said = _read(own)
    base = said.extends or (name if shipped.is_file() else None)
    if base is not None and base not in shipped_names():
        raise Invalid(f"{own}: extends: no recipe {base!r} comes with the trainer.")
    return _over(_shipped(base) if base else None, name, own, said)


def names(home: Path) -> list[str]:
    return sorted({*shipped_names(), *_names(home / "recipes")})


def shipped_names() -> list[str]:
    return sorted(_names(SHIPPED))


def recipes(home: Path) -> list[Recipe]:
    return [read_recipe(name, home) for name in names(home)]


def _names(folder: Path) -> list[str]:
    return [file.stem for file in folder.glob("*.yaml")]


def _shipped(name: str) -> Recipe:
    file = SHIPPED / f"{name}.yaml"
    return _over(None, name, file, _read(file))


def _over(base: Recipe | None, name: str, file: Path, said: RecipeFile) -> Recipe:
    """What ``file`` says over the recipe that it builds on."""

    def of(field: str) -> Any:
        value = getattr(said, field)
        value = getattr(base, field, None) if value is None else value
        if value is None and field != "gpu_memory":
            raise Invalid(f"{file}: {field} is missing.", hint="Or name a recipe to build on: extends: qwen3-8b-qlora")
        return value

    source = file.name if file.parent == SHIPPED else str(file)
    fields: dict[str, Any] = {field: of(field) for field in ("stage", "base_model", "device", "gpu_memory")}
    return Recipe(name, **fields, layers=(*(base.layers if base else ()), (source, said.settings)))


def _read(file: Path) -> RecipeFile:
    try:
        return RecipeFile.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")) or {})
    except ValidationError as error:
        problem = error.errors()[0]
        raise Invalid(f"{file}: {'.'.join(map(str, problem['loc']))}: {problem['msg']}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Invalid(f"{file} is not YAML: {' '.join(str(error).split())}.") from error
