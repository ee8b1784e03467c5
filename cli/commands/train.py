"""`anselm train`: an adapter, evaluated."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from cli import choose, runs
from cli.commands.registry import print_evaluation
from cli.console import Json, Persona, document, out
from cli.recipes import print_recipe
from cli.services import Services, call
from shared.contracts.feedback import PreferenceKind, PreferenceRequest
from shared.contracts.trainer import Evaluation, ResolvedRecipe, Run, RunRequest, Stage

app = typer.Typer()


@app.command()
def train(
    stage: Annotated[Stage, typer.Argument(help="baseline, sft, dpo or kto.")] = Stage.SFT,
    persona: Persona = None,
    dataset: Annotated[str | None, typer.Option(help="For baseline and sft; unless given, the newest.")] = None,
    adapter: Annotated[
        str | None, typer.Option(help="For dpo and kto: continue this one; unless given, the newest.")
    ] = None,
    preferences: Annotated[
        str | None, typer.Option(help="For dpo and kto: a preference dataset; unless given, made from all feedback.")
    ] = None,
    recipe: Annotated[
        str | None, typer.Option(help="Unless given, the one for this machine and base model; see: anselm recipes")
    ] = None,
    only: Annotated[bool, typer.Option("--only", help="Do not evaluate afterwards.")] = False,
    change: Annotated[list[str] | None, typer.Option("--set", help="A setting of the recipe: name=value.")] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Show settings, memory and axolotl's configuration; train nothing."),
    ] = False,
    queue: Annotated[str, typer.Option(help="Only workers of this queue may take it.")] = "gpu",
    as_json: Json = False,
) -> None:
    """Train and evaluate an adapter. `baseline` measures the untuned model with a good prompt instead."""
    if stage in (Stage.MERGE, Stage.EVALUATE):
        raise typer.BadParameter(f"{stage} is no training; see: anselm {stage} --help")
    changes = {"recipe_name": recipe, "recipe": dict(_setting(text) for text in change or [])}
    if dry_run:
        _preview(stage, persona, dataset, adapter, preferences, changes, as_json)
        return

    async def work(services: Services, persona: str) -> tuple[Run, Evaluation | None]:
        wanted = await _request(services, stage, persona, dataset, adapter, preferences, changes)
        run = await runs.run(services, wanted.model_copy(update={"queue": queue}))
        await runs.show_curve(services, run)
        if only or stage is Stage.BASELINE or run.adapter is None:
            return run, None
        return run, await runs.evaluate(services, persona, run.adapter)

    run, evaluation = call(work, persona)
    if as_json:
        document({"run": run, "evaluation": evaluation})
        return
    out.print(f"{runs.TITLES[stage]} {run.id} made {run.adapter or 'its figures'}.", markup=False)
    if evaluation:
        print_evaluation(evaluation)
    else:
        out.print_json(json.dumps(run.metrics))


def _preview(
    stage: Stage,
    persona: str | None,
    dataset: str | None,
    adapter: str | None,
    preferences: str | None,
    changes: dict[str, Any],
    as_json: bool,
) -> None:
    """What a run would do. Nothing is made for it: without --preferences, a name stands for those that would be."""

    async def work(services: Services, persona: str) -> ResolvedRecipe:
        given = preferences or f"{persona}-{stage}"
        return await services.trainer.preview(
            await _request(services, stage, persona, dataset, adapter, given, changes)
        )

    found = call(work, persona)
    if as_json:
        document(found)
        return
    print_recipe(found)
    if found.config:
        out.print("\naxolotl_config.yaml", style="bold")
        out.print(json.dumps(found.config, indent=2), markup=False)  # which is YAML as well


async def _request(
    services: Services,
    stage: Stage,
    persona: str,
    dataset: str | None,
    adapter: str | None,
    preferences: str | None,
    changes: dict[str, Any],
) -> RunRequest:
    if stage in (Stage.BASELINE, Stage.SFT):
        name = (await choose.dataset(services, persona, dataset)).name
        return RunRequest(stage=stage, persona=persona, dataset=name, **changes)
    base = (await choose.adapter(services, persona, adapter)).name
    if preferences is None:
        kind = PreferenceKind(stage.value)
        preferences = (await services.feedback.build_dataset(PreferenceRequest(persona=persona, kind=kind))).name
    return RunRequest(stage=stage, persona=persona, adapter=base, preferences=preferences, **changes)


def _setting(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise typer.BadParameter(f"{text!r} is not name=value.")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
