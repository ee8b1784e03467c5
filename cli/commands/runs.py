"""`anselm runs`: what was and is trained; cancel, resume, and read the log of a run."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.console import Json, Persona, document, out, say, table
from cli.services import Services, call
from shared.contracts.trainer import Run

app = typer.Typer()
runs = typer.Typer(help="List the runs; stop one, let one go on, see its log.")
app.add_typer(runs, name="runs")

RunId = Annotated[str, typer.Argument(metavar="RUN", help="Its id, as `anselm runs` lists it.")]


@runs.callback(invoke_without_command=True)
def list_(context: typer.Context, persona: Persona = None, as_json: Json = False) -> None:
    """List the runs of a persona."""
    if context.invoked_subcommand is not None:
        return
    known = call(lambda services, persona: services.trainer.runs(persona), persona)
    if as_json:
        document(known)
        return
    rows = [(r.id, r.stage, r.state, r.adapter or r.dataset, f"{r.created_at:%Y-%m-%d %H:%M}", _said(r)) for r in known]
    table("", ("run", "stage", "state", "about", "started", "what it says"), rows, empty="None yet.")


@runs.command("cancel")
def cancel(run: RunId, as_json: Json = False) -> None:
    """Stop a run, or keep it from starting. What it trained is removed."""
    _print(call(lambda services, _: services.trainer.cancel(run)), as_json)


@runs.command("resume")
def resume(run: RunId, as_json: Json = False) -> None:
    """Let a run that failed go on from its last checkpoint, or from the beginning where none is left."""
    queued = call(lambda services, _: services.trainer.resume(run))
    _print(queued, as_json)
    if not as_json:
        say(f"Watch it with: anselm watch {queued.id}")


@runs.command("log")
def log(
    run: RunId,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, max=10_000, help="How many of the last ones.")] = 40,
    as_json: Json = False,
) -> None:
    """Print the end of a run's log."""

    async def work(services: Services, _: str) -> list[str]:
        return await services.trainer.log(run, lines)

    said = call(work)
    if as_json:
        document(said)
        return
    for line in said or ["It wrote nothing, or its log was removed with its data."]:
        out.print(line, markup=False, soft_wrap=True)


def _said(run: Run) -> str:
    return run.error or str(run.metrics.get("stopped_early", ""))


def _print(run: Run, as_json: bool) -> None:
    if as_json:
        document(run)
    else:
        out.print(f"{run.id} ({run.stage}): {run.state}", markup=False)
