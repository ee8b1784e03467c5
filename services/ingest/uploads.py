"""Receiving an export: streamed to disk, digested and limited on the way, in place only when it is whole."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import AsyncIterable
from dataclasses import dataclass
from pathlib import Path

from shared.errors import AnselmError, Invalid, StorageFull, TooLarge, disk_is_full

NAME = re.compile(r"[^\w. ()-]+")


@dataclass(frozen=True)
class Upload:
    path: Path
    size: int
    sha256: str


def safe_name(filename: str) -> str:
    """The last part of a file name, without anything that a file system or a shell could misread."""
    name = NAME.sub("_", filename.replace("\\", "/").rsplit("/", 1)[-1]).strip(". ")
    return name[:120] or "result.json"


async def receive(chunks: AsyncIterable[bytes], folder: Path, filename: str, limit: int) -> Upload:
    """Write a body to ``folder/filename``. On any error, and when the sender goes away, the folder is gone.

    Raises:
        Invalid: there is nothing in it.
        TooLarge: more than ``limit`` bytes.
        StorageFull: the disk is full.
    """
    try:
        folder.mkdir(parents=True, mode=0o700)  # noqa: ASYNC240 - one quick call
        return await _write(chunks, folder / filename, limit)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise _translate(error, filename) from error
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


async def _write(chunks: AsyncIterable[bytes], target: Path, limit: int) -> Upload:
    scratch, digest, size = target.with_name(f".{target.name}.part"), hashlib.sha256(), 0
    with scratch.open("wb") as out:
        async for chunk in chunks:
            size += len(chunk)
            if size > limit:
                hint = "Export fewer chats at a time, or raise MAX_EXPORT_BYTES."
                raise TooLarge(f"{target.name} is larger than {limit:,} bytes.", hint=hint)
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    if size == 0:
        raise Invalid(f"{target.name} is empty.", hint="Send the result.json of an export.")
    scratch.replace(target)
    return Upload(target, size, digest.hexdigest())


def _translate(error: OSError, filename: str) -> AnselmError:
    if disk_is_full(error):
        return StorageFull(f"The disk is full; {filename} was not stored.", hint="Free some space, then try again.")
    return AnselmError(f"{filename} could not be stored: {error.strerror}.")
