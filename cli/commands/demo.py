"""`anselm demo`: the whole loop, once."""

from __future__ import annotations

import typer

app = typer.Typer()
