"""A recipe as a run follows it: its settings and where each came from, and what it needs of memory."""

from __future__ import annotations

from rich.console import Console

from cli.console import out, table
from shared.contracts.trainer import ResolvedRecipe

GIB = 2**30


def print_recipe(recipe: ResolvedRecipe, console: Console = out) -> None:
    rows = [(setting.name, setting.value, setting.source) for setting in recipe.settings]
    table(f"Recipe {recipe.name}, training {recipe.base_model}", ("Setting", "Value", "From"), rows, console=console)
    if recipe.made_for != recipe.base_model:
        console.print(f"Its numbers were chosen for {recipe.made_for}.", markup=False)
    if recipe.memory:
        parts = [(name, f"{size / GIB:.2f}") for name, size in recipe.memory.parts.items()]
        total = ("together", f"{recipe.memory.total / GIB:.2f}")
        table("Memory, estimated", ("Part", f"GiB a {recipe.memory.per}"), [*parts, total], console=console)
        console.print(_verdict(recipe.memory.total, recipe.memory_free, recipe.memory.per), markup=False)


def _verdict(needed: int, free: int | None, per: str) -> str:
    if free is None:
        return f"How much a {per} has is not known here; the run itself looks."
    fits = "fits" if needed <= free else "does not fit"
    return f"It {fits} into {free / GIB:.1f} GiB."
