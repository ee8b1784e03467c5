"""`anselm adapters list | show | clean`: what was made, what it was made of, and how much room it takes."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import choose
from cli.commands.registry import print_evaluation
from cli.console import Json, Persona, document, out, table
from cli.services import Services, call
from shared.contracts.trainer import Cleaned, Evaluation, Lineage

UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")

app = typer.Typer()
adapters = typer.Typer(help="The adapters.")
app.add_typer(adapters, name="adapters")


@adapters.callback(invoke_without_command=True)
def default(context: typer.Context, persona: Persona = None, as_json: Json = False) -> None:
    """List the adapters of a persona."""
    if context.invoked_subcommand is None:
        list_(persona, as_json)


@adapters.command("list")
def list_(persona: Persona = None, as_json: Json = False) -> None:
    """List the adapters of a persona."""
    known = call(lambda services, persona: services.trainer.adapters(persona), persona)
    if as_json:
        document(known)
        return
    rows = [(a.name, a.state, a.stage, a.dataset, a.parent, _gate(a.evaluation)) for a in known]
    columns = ("adapter", "state", "made by", "dataset", "continues", "gate")
    table("", columns, rows, empty="None yet. Train one with: anselm train")


@adapters.command()
def show(
    name: Annotated[str | None, typer.Argument(help="Unless given, the newest.")] = None,
    persona: Persona = None,
    as_json: Json = False,
) -> None:
    """Show where an adapter comes from and what became of it."""

    async def work(services: Services, persona: str) -> Lineage:
        return await services.trainer.lineage(name or (await choose.adapter(services, persona, None)).name)

    lineage = call(work, persona)
    document(lineage) if as_json else _print_lineage(lineage)


@adapters.command()
def clean(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    keep: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Keep so many that nothing needs, the newest of each persona; unless given, KEEP_ADAPTERS and age.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Remove the weights that nothing needs. Never what is live or a roll-back brings back, candidates, what those
    continue, or what a run works with. What each was made of stays known."""
    cleaned = call(lambda services, _: services.trainer.clean(keep=keep, dry_run=dry_run))
    document(cleaned) if as_json else _print_cleaned(cleaned)


def in_words(size: int) -> str:
    """Bytes in the unit that reads best."""
    amount, unit = float(size), 0
    while amount >= 1024 and unit < len(UNITS) - 1:
        amount, unit = amount / 1024, unit + 1
    return f"{amount:.1f} {UNITS[unit]}" if unit else f"{size} {UNITS[0]}"


def _print_lineage(lineage: Lineage) -> None:
    about, run = lineage.adapter, lineage.run
    facts = {
        "state": about.state,
        "made by": about.stage,
        "run": run.id if run else "",
        "made": f"{about.created_at:%Y-%m-%d %H:%M}",
        "dataset": about.dataset,
        "preferences": about.preferences,
        "base model": about.base_model,
        "digest": about.digest,
        "merged": about.merged_path,
        "gate": _gate(about.evaluation),
        "continued by": ", ".join(lineage.continued_by),
    }
    table("", ("adapter", about.name), [(name, value) for name, value in facts.items() if value])
    if lineage.ancestors:
        rows = [(a.name, a.state, a.stage, a.dataset, a.preferences, a.digest[:12]) for a in lineage.ancestors]
        table("Continues", ("adapter", "state", "made by", "dataset", "preferences", "digest"), rows)
    if run:
        table("Recipe", ("setting", "value"), run.recipe.items(), empty="The stage's defaults.")
        table("Figures of the run", ("", ""), run.metrics.items(), empty="None.")
    if lineage.promotions:
        since = [
            (f"{p.at:%Y-%m-%d %H:%M}", p.previous, "rolled back" if p.rolled_back else "") for p in lineage.promotions
        ]
        table("Promotions", ("at", "in place of", ""), since)
    if about.evaluation:
        print_evaluation(about.evaluation)


def _print_cleaned(cleaned: Cleaned) -> None:
    rows = [(one.kind, one.name, in_words(one.bytes), one.why) for one in cleaned.removed]
    table("", ("what", "of", "size", "why"), rows, empty="There is nothing to remove.")
    if cleaned.removed:
        out.print(f"{in_words(cleaned.bytes)} {'would be freed' if cleaned.dry_run else 'freed'}.")
    table("Kept", ("adapter", "why"), [(one.name, one.why) for one in cleaned.kept], empty="No adapter is kept.")


def _gate(evaluation: Evaluation | None) -> str:
    if evaluation is None:
        return "not evaluated"
    return "passed" if evaluation.gate.passed else "; ".join(evaluation.gate.reasons)
