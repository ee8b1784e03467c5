"""A zip archive, read in place: nothing is unpacked, and no more is read out of it than was agreed."""

from __future__ import annotations

import errno
import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any, BinaryIO

from shared.errors import Invalid

DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError, OverflowError, KeyError)
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED = 0x1
#: The list of files is held in memory; this is one of some 300,000 files.
LARGEST_LIST = 32 << 20
#: Text that people wrote shrinks 5 to 20 times. A little of anything may shrink more.
MOST_TIMES, LITTLE = 200, 1 << 20
CHUNK = 1 << 16
PACK_AGAIN = "Pack the folder that Telegram Desktop made again, as an ordinary .zip without a password."


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Errors of a damaged archive as one that says so."""
    try:
        yield
    except DAMAGED:
        raise Invalid(f"{name} is damaged or cut short, or no ordinary zip archive.", hint=PACK_AGAIN) from None
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        raise Invalid(f"{name} is damaged: it points outside itself.", hint=PACK_AGAIN) from None


class _Bounded(io.FileIO):
    """A file that gives no list of files that memory could not hold."""

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size > LARGEST_LIST:
            raise zipfile.BadZipFile
        return super().read(size)


class _Member(io.RawIOBase):
    """A file in an archive, as bytes that may be read again from the start."""

    def __init__(self, source: IO[bytes], name: str) -> None:
        self._source, self._name = source, name

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        with translated(self._name):
            return self._source.seek(offset, whence)

    def tell(self) -> int:
        return self._source.tell()

    def readinto(self, buffer: Any, /) -> int:
        with translated(self._name):
            data = self._source.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


@dataclass(frozen=True)
class Archive:
    """``entries``: its files by path; ``twice``: paths that several have."""

    name: str
    size: int
    file: zipfile.ZipFile
    entries: Mapping[str, zipfile.ZipInfo]
    twice: Collection[str]

    @property
    def names(self) -> Collection[str]:
        return self.entries.keys()

    def check(self, paths: Collection[str], limit: int) -> int:
        """How many bytes these files are when they are read.

        Args:
            limit: how many they may be.

        Raises:
            Invalid: more than ``limit``, suspiciously small in the archive, there twice, or in a way that is not read.
        """
        chosen = [self._readable(path) for path in paths]
        total, packed = sum(one.file_size for one in chosen), sum(one.compress_size for one in chosen)
        if total > limit:
            hint = "Export fewer chats at a time, or raise MAX_EXPORT_BYTES."
            raise Invalid(f"{self.name} holds more than {limit:,} bytes to read.", hint=hint)
        if packed > self.size or total > MOST_TIMES * packed + LITTLE:
            raise Invalid(f"{self.name} grows more than {MOST_TIMES} times when it is read.", hint=PACK_AGAIN)
        return total

    def open(self, path: str) -> BinaryIO:
        """A file as a stream; a wrong checksum is an ``Invalid`` at its end."""
        with translated(self.name):
            source = self.file.open(self.entries[path])
        return io.BufferedReader(_Member(source, self.name), CHUNK)

    def _readable(self, path: str) -> zipfile.ZipInfo:
        entry = self.entries[path]
        if path in self.twice:
            raise Invalid(f"{self.name} holds {path} twice.", hint=PACK_AGAIN)
        if entry.flag_bits & ENCRYPTED:
            raise Invalid(f"{self.name} needs a password.", hint=PACK_AGAIN)
        if entry.compress_type not in METHODS:
            raise Invalid(f"{self.name} is packed in a way that is not read here.", hint=PACK_AGAIN)
        return entry


@contextmanager
def open_archive(file: BinaryIO, name: str) -> Iterator[Archive]:
    """
    Raises:
        Invalid: it is damaged, or its list of files too long.
    """
    size = file.seek(0, io.SEEK_END)
    with translated(name):
        archive = zipfile.ZipFile(_Bounded(file.fileno(), closefd=False))
    with archive:
        entries: dict[str, zipfile.ZipInfo] = {}
        twice = set()
        for entry in archive.infolist():
            if path := _path(entry):
                twice |= {path} & entries.keys()
                entries[path] = entry
        yield Archive(name, size, archive, entries, twice)


def _path(entry: zipfile.ZipInfo) -> str | None:
    """Where a file lies in the archive; ``None`` for what is no file, and for paths that lead outside."""
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    outside = path.is_absolute() or ".." in path.parts or ":" in path.parts[0] if path.parts else True
    if outside or entry.is_dir() or stat.S_ISLNK(entry.external_attr >> 16):
        return None
    return str(path)
