"""A file that an owner gives, and the reader for what it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.ingest.telegram.fetched import FetchedReader
from services.ingest.telegram.items import Reader
from services.ingest.telegram.reader import ExportReader


@contextmanager
def open_export(export: Path) -> Iterator[Reader]:
    """
    Raises:
        Invalid: it is nothing that can be read.
    """
    with export.open("rb") as file:
        yield FetchedReader(file, export.name) if export.suffix == ".jsonl" else ExportReader(file, export.name)
