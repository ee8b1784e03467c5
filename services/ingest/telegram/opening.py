"""A file that an owner gives, and the reader for what is in it, whatever its name."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.ingest.telegram.archive import Archive, open_archive
from services.ingest.telegram.fetched import FetchedReader
from services.ingest.telegram.html.export import HtmlExport, page_number
from services.ingest.telegram.html.lists import CHATS, CONTACTS, START
from services.ingest.telegram.html.pages import LARGEST_PAGE
from services.ingest.telegram.items import Item, Reader
from services.ingest.telegram.naming import Directory
from services.ingest.telegram.reader import ExportReader
from services.ingest.telegram.signatures import is_html, is_zip
from shared.errors import Invalid

NOBODY = Directory()
#: How the files of a pull end, which are written here and have no form of their own to tell them by.
PULLED = ".jsonl"


@contextmanager
def open_export(export: Path, limit: int = 1 << 34, directory: Directory = NOBODY) -> Iterator[Reader]:
    """
    Args:
        limit: bytes that may be read out of an archive.
        directory: who is known by which name, for an export that has names only.

    Raises:
        Invalid: it is nothing that can be read.
    """
    with export.open("rb") as file:
        start = file.read(512)
        file.seek(0)
        if export.suffix == PULLED:
            yield FetchedReader(file, export.name)
        elif is_zip(start):
            with open_archive(file, export.name) as archive, _open_in(archive, limit, directory) as reader:
                yield reader
        elif is_html(start):
            yield HtmlExport(_SinglePage(export), directory)
        else:
            yield ExportReader(file, export.name)


@contextmanager
def _open_in(archive: Archive, limit: int, directory: Directory) -> Iterator[Reader]:
    pages = [path for path in archive.names if _is_page(path)]
    if export := _json(archive, pages):
        times = archive.size / max(1, archive.check([export], limit))
        with archive.open(export) as file:
            yield _Scaled(ExportReader(file, f"{export} in {archive.name}"), times)
        return
    if not pages:
        hint = "Pack the folder that Telegram Desktop made, with the result.json or the pages in it."
        raise Invalid(f"{archive.name} holds neither a result.json nor pages with messages.", hint=hint)
    times = archive.size / max(1, archive.check(pages, limit))
    yield _Scaled(HtmlExport(_PackedPages(archive, pages), directory), times)


def _json(archive: Archive, pages: Collection[str]) -> str | None:
    """The ``result.json``; or the only JSON of any name, where there are no pages."""
    found = [path for path in archive.names if posixpath.basename(path) == "result.json"]
    if not found and not pages:
        found = [path for path in archive.names if path.endswith(".json") and posixpath.basename(path)[0] != "."]
    if len(found) > 1:
        raise Invalid(f"{archive.name} holds {len(found)} exports.", hint="Import them one by one.")
    return found[0] if found else None


def _is_page(path: str) -> bool:
    return page_number(path) is not None or f"/{path}".endswith((f"/{START}", f"/{CHATS}", f"/{CONTACTS}"))


@dataclass(frozen=True)
class _SinglePage:
    """A page without its folder: the first of its chat, as far as anybody can tell."""

    file: Path

    @property
    def name(self) -> str:
        return self.file.name

    @property
    def names(self) -> Collection[str]:
        return ["messages.html"]

    def read(self, path: str) -> bytes:
        with self.file.open("rb") as file:
            return file.read(LARGEST_PAGE + 1)


@dataclass(frozen=True)
class _PackedPages:
    archive: Archive
    names: Collection[str]

    @property
    def name(self) -> str:
        return self.archive.name

    def read(self, path: str) -> bytes:
        with self.archive.open(path) as file:
            return file.read(LARGEST_PAGE + 1)


@dataclass(frozen=True)
class _Scaled:
    """A reader in an archive: what it has read of what is in it, as a part of the archive."""

    reader: Reader
    times: float

    @property
    def tells_less(self) -> bool:
        return self.reader.tells_less

    @property
    def position(self) -> int:
        return int(self.reader.position * self.times)

    def __iter__(self) -> Iterator[Item]:
        return iter(self.reader)
