"""`anselm recipes`: what a run can follow."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.console import Json, document, out, table
from cli.recipes import print_recipe
from cli.services import call

app = typer.Typer()


@app.command()
def recipes(
    run: Annotated[str | None, typer.Argument(help="Id of a run: the settings that it follows.")] = None,
    as_json: Json = False,
) -> None:
    """List the recipes, or show the one that a run follows and where each of its settings came from."""
    if run is not None:
        followed = call(lambda services, _: services.trainer.recipe(run))
        document(followed) if as_json else print_recipe(followed)
        return
    found = call(lambda services, _: services.trainer.recipes())
    if as_json:
        document(found)
        return
    rows = [
        (one.name, one.stage, one.base_model, _machine(one.device, one.gpus, one.gpu_memory), ", ".join(one.files))
        for one in found
    ]
    table("Recipes", ("Name", "Stage", "Made for", "On", "From"), rows)
    out.print("Follow one with: anselm train --recipe NAME", markup=False)


def _machine(device: str, gpus: int, memory: int | None) -> str:
    if device == "cpu":
        return "CPU"
    return f"{gpus} GPU{'s' if gpus > 1 else ''}" + (f" of {memory} GiB" if memory else "")
