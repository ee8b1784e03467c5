"""What the command line prints: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from shared.errors import AnselmError

#: Where there is no terminal to ask, a page's width.
WIDTH = 120

out = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
err = Console(stderr=True, soft_wrap=True, highlight=False)

#: The option that every command has.
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document, for scripts.")]
Persona = Annotated[str | None, typer.Option("--persona", "-p", help="Persona; unless given, the setting PERSONA.")]


def document(content: Any) -> None:
    """Print one JSON document. Wire models print as they are sent."""
    sys.stdout.write(json.dumps(_plain(content), indent=2, ensure_ascii=False) + "\n")


def say(line: str) -> None:
    """One line about what happens, beside the result."""
    err.print(escape(line))


def table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    empty: str = "Nothing yet.",
    console: Console = out,
) -> None:
    """Print a table, or the sentence ``empty`` when it has no rows."""
    grid = Table(title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        grid.add_column(column, overflow="fold")
    for row in rows:
        grid.add_row(*(escape("" if cell is None else str(cell)) for cell in row))
    console.print(grid if grid.row_count else empty)


def print_error(error: AnselmError, *, as_json: bool = False) -> None:
    """One line: what is wrong, and what to do."""
    if as_json:
        document({"error": {"code": error.code, "message": error.message, "hint": error.hint}})
    err.print(f"[red]error:[/red] {escape(_one_line(str(error)))}")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _plain(content: Any) -> Any:
    if hasattr(content, "model_dump"):
        return content.model_dump(mode="json")
    if isinstance(content, dict):
        return {key: _plain(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_plain(item) for item in content]
    return content
