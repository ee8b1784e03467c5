"""The files of an export's folder that matter, as a zip archive; media stays where it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shared import packing
from shared.errors import NotFound


def files_in(folder: Path) -> list[Path]:
    """Every ``result.json``, or else every page.

    Raises:
        NotFound: there is neither.
    """
    for pattern in ("result.json", "*.html"):
        if found := sorted(file for file in folder.rglob(pattern) if file.is_file()):
            return found
    hint = "Give the folder that Telegram Desktop made."
    raise NotFound(f"{folder} holds neither a result.json nor pages of an HTML export.", hint=hint)


def packed(folder: Path, files: list[Path]) -> Iterator[bytes]:
    """The files, by their places in the folder, as the bytes of an archive."""
    return packing.packed((str(file.relative_to(folder)), file) for file in files)
