"""`anselm evaluate | merge | promote | rollback`: how good what was trained is, and what speaks."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import choose, runs
from cli.console import Json, Persona, document, out, table
from cli.leaks import print_leaks
from cli.services import Services, call
from shared.contracts.trainer import Adapter as MadeAdapter
from shared.contracts.trainer import Evaluation, Promotion, RunRequest, Stage

app = typer.Typer()

Adapter = Annotated[str | None, typer.Argument(help="Unless given, the newest.")]


@app.command()
def evaluate(adapter: Adapter = None, persona: Persona = None, as_json: Json = False) -> None:
    """Compare an adapter on held-out threads with the owner, and with the base model and a good prompt."""

    async def work(services: Services, persona: str) -> Evaluation:
        chosen = await choose.adapter(services, persona, adapter)
        return await runs.evaluate(services, chosen.persona, chosen.name)

    evaluation = call(work, persona)
    document(evaluation) if as_json else print_evaluation(evaluation)


@app.command()
def merge(adapter: Adapter = None, persona: Persona = None, as_json: Json = False) -> None:
    """Merge an adapter into its base model: a checkpoint that any model server loads. Where the persona is served by
    the CPU's model server, training has done so already."""

    async def work(services: Services, persona: str) -> MadeAdapter:
        chosen = await choose.adapter(services, persona, adapter)
        await runs.run(services, RunRequest(stage=Stage.MERGE, persona=chosen.persona, adapter=chosen.name))
        return await services.trainer.adapter(chosen.name)

    merged = call(work, persona)
    document(merged) if as_json else out.print(f"{merged.name} is merged: {merged.merged_path}", markup=False)


@app.command()
def promote(adapter: Adapter = None, persona: Persona = None, as_json: Json = False) -> None:
    """Let an adapter speak for its persona. The gate refuses one that was not evaluated or is no better."""

    async def work(services: Services, persona: str) -> Promotion:
        return await services.trainer.promote((await choose.adapter(services, persona, adapter)).name)

    _print_promotion(call(work, persona), as_json)


@app.command()
def rollback(persona: Persona = None, as_json: Json = False) -> None:
    """Let the adapter before this one speak again."""
    _print_promotion(call(lambda services, persona: services.trainer.roll_back(persona), persona), as_json)


def print_evaluation(evaluation: Evaluation) -> None:
    """Every figure, the owner's first: the nearer to it, the better."""
    columns = (evaluation.owner, evaluation.base, evaluation.persona)
    names = dict.fromkeys(name for column in columns for name in column)
    rows = [(name, *(f"{column[name]:.3f}" if name in column else "" for column in columns)) for name in names]
    table(f"{evaluation.adapter} on {evaluation.dataset} ({evaluation.split})", ("", "owner", "base", "persona"), rows)
    print_leaks([evaluation])
    out.print("gate: passed" if evaluation.gate.passed else f"gate: {'; '.join(evaluation.gate.reasons)}", markup=False)


def _print_promotion(promotion: Promotion, as_json: bool) -> None:
    if as_json:
        document(promotion)
    else:
        before = f", in place of {promotion.previous}" if promotion.previous else ""
        out.print(f"{promotion.adapter} now speaks for {promotion.persona}{before}.", markup=False)
