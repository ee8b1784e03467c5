"""How the stack looks in a terminal while it starts, and as a table afterwards."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from cli.stack.state import Entry

COLOURS = {
    "ready": "green",
    "starting": "yellow",
    "waiting": "dim",
    "stopping": "yellow",
    "stopped": "dim",
    "dead": "red",
}


class View:
    """In a terminal a table that changes in place, elsewhere a line for each process that reaches one of the states
    ``told``. A context manager."""

    def __init__(self, console: Console, told: Sequence[str] = ("ready", "dead")) -> None:
        self._console = console
        self._began = time.monotonic()
        self._live = Live(console=console, refresh_per_second=8, transient=True) if console.is_terminal else None
        self._told = told
        self._seen: dict[str, str] = {}

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """From here on, only lines."""
        if self._live:
            self._live.stop()
            self._live = None

    def say(self, line: str) -> None:
        self._console.print(escape(line))

    def show(self, entries: Sequence[Entry]) -> None:
        if self._live:
            self._live.update(processes(entries, lacking=True))
            return
        for entry in entries:
            if self._seen.get(entry.name) != entry.state and entry.state in self._told:
                self._console.print(f"{time.monotonic() - self._began:5.1f} s  {entry.name} {entry.state}")
            self._seen[entry.name] = entry.state


def processes(entries: Sequence[Entry], *, lacking: bool = False) -> Table:
    """The processes: name, state, URL, pid; then what each lacks, or the file of its log."""
    logs = {str(Path(entry.log).parent) for entry in entries}
    table = Table(box=None, pad_edge=False, header_style="bold", caption_justify="left")
    table.caption = None if lacking else f"logs in {', '.join(logs)}"
    for column in ("process", "state", "url", "pid", "lacks" if lacking else "log"):
        table.add_column(column, overflow="fold")
    for entry in entries:
        last = entry.lacking[:80] if lacking else Path(entry.log).name
        state = f"[{COLOURS.get(entry.state, 'red')}]{entry.state}[/]"
        table.add_row(entry.name, state, escape(entry.url), str(entry.pid or ""), escape(last))
    return table
