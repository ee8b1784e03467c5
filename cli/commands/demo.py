"""`anselm demo`: the whole loop, once, on the sample export."""

from __future__ import annotations

import asyncio
import os
from dataclasses import asdict
from typing import Annotated

import typer

from cli.console import Json, document, err, out
from cli.demo.plan import Plan
from cli.demo.run import run

app = typer.Typer()


@app.command()
def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave the stack running.")] = False, as_json: Json = False
) -> None:
    """Import, fine-tune, evaluate, promote, talk, rate, train on preferences, forget. Repeating it is quick."""
    began = os.environ.get("ANSELM_BEGAN")
    outcome = asyncio.run(run(Plan(), err if as_json else out, keep=keep, began=float(began) if began else None))
    if as_json:
        document(asdict(outcome))
