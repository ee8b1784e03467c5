"""The files of an export's folder that matter, as the bytes of a zip archive; media stays where it is."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from shared.errors import NotFound

CHUNK = 1 << 20


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
    """A zip archive of the files, not compressed, without a copy on disk."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for file in files:
            entry = zipfile.ZipInfo.from_file(file, file.relative_to(folder), strict_timestamps=False)
            with file.open("rb") as source, archive.open(entry, "w") as target:
                while chunk := source.read(CHUNK):
                    target.write(chunk)
                    yield sink.taken()
    yield sink.taken()


@dataclass
class _Sink:
    """What is written, until it is taken."""

    parts: list[bytes] = field(default_factory=list)

    def write(self, data: bytes) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def flush(self) -> None: ...

    def close(self) -> None: ...

    def taken(self) -> bytes:
        data = b"".join(self.parts)
        self.parts.clear()
        return data
