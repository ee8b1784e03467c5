"""Datasets and adapters on disk: folders written beside, fsynced, renamed into place, never changed afterwards."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared.errors import AnselmError, Conflict, Invalid, NotFound, StorageFull, disk_is_full

MANIFEST = "manifest.json"


class ArtifactStore:
    """One kind of artifact below ``root``: ``root/<name>/`` with a ``manifest.json`` that holds digest and lineage."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, name: str) -> Path:
        return self.root / name

    def names(self) -> list[str]:
        if not self.root.is_dir():
            return []
        return sorted(p.name for p in self.root.iterdir() if (p / MANIFEST).is_file() and not p.name.startswith("."))

    @contextmanager
    def write(self, name: str, manifest: dict[str, Any]) -> Iterator[Path]:
        """A folder to write into; when the block ends without an error it becomes ``root/<name>``, else it is gone.

        ``manifest`` may be filled until the block ends; ``name``, ``digest``, ``files`` and ``created_at`` are added.

        Raises:
            Conflict: the artifact exists; artifacts are never changed.
            StorageFull: the disk is full; nothing is left.
        """
        if self.path(name).exists():
            raise Conflict(f"{self.path(name)} exists, and artifacts are never changed.")
        with self.scratch(name) as scratch:
            yield scratch
            self._publish(scratch, name, manifest)

    @contextmanager
    def scratch(self, name: str) -> Iterator[Path]:
        """A folder beside the artifact, for what is made on the way to it; gone when the block ends.

        Raises:
            StorageFull: the disk is full.
        """
        scratch = self.root / f".{name}.{uuid.uuid4().hex[:8]}"
        try:
            self._sweep(name)
            scratch.mkdir(parents=True)
            with _locked(scratch):
                yield scratch
        except OSError as error:
            raise _translate(error, name) from error
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _publish(self, scratch: Path, name: str, manifest: dict[str, Any]) -> None:
        files = _digests(scratch)
        facts = {"name": name, "digest": digest_of(files), "files": files, "created_at": datetime.now(UTC).isoformat()}
        content = json.dumps({**manifest, **facts}, indent=2, ensure_ascii=False, default=str)
        (scratch / MANIFEST).write_text(content + "\n", encoding="utf-8")
        _fsync_tree(scratch)
        scratch.rename(self.path(name))
        _fsync(self.root)

    def _sweep(self, name: str) -> None:
        """Remove what writers of this name left behind when they were killed; one at work holds its lock."""
        for left in self.root.glob(f".{name}.????????"):
            try:
                with _locked(left):
                    shutil.rmtree(left, ignore_errors=True)
            except BlockingIOError:
                continue

    def manifest(self, name: str) -> dict[str, Any]:
        """The manifest of an artifact.

        Raises:
            NotFound: there is no such artifact; the message lists those that there are.
        """
        file = self.path(name) / MANIFEST
        if not file.is_file():
            known = ", ".join(self.names()) or "none"
            raise NotFound(f"There is no {name!r} in {self.root} (there: {known}).")
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return content

    def verify(self, name: str) -> dict[str, Any]:
        """The manifest, after checking every file against its digest.

        Raises:
            NotFound: there is no such artifact.
            Invalid: a file is missing, was added, or does not match.
        """
        manifest = self.manifest(name)
        found = _digests(self.path(name))
        wrong = sorted(k for k in found.keys() | manifest["files"].keys() if found.get(k) != manifest["files"].get(k))
        if wrong:
            raise Invalid(f"{self.path(name)} was changed or damaged: {', '.join(wrong)}.")
        return manifest

    def remove(self, name: str) -> None:
        """Remove an artifact for good, because somebody in it asked to be forgotten.

        The manifest, which says who is in it, goes last, so that a removal that was killed can be repeated.

        Raises:
            AnselmError: a file cannot be removed.
        """
        folder = self.path(name)
        self._sweep(name)
        try:
            for file in folder.rglob("*"):
                if file.is_file() and file != folder / MANIFEST:
                    file.unlink()
            shutil.rmtree(folder)
        except FileNotFoundError:
            return
        except OSError as error:
            raise AnselmError(f"{folder} could not be removed: {error.strerror or error}.") from error


def digest_of(files: dict[str, str]) -> str:
    """One sha256 over sorted file names and their digests."""
    lines = "".join(f"{name}\0{digest}\n" for name, digest in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def sha256_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digests(folder: Path) -> dict[str, str]:
    files = (p for p in sorted(folder.rglob("*")) if p.is_file() and p != folder / MANIFEST)
    return {str(p.relative_to(folder)): sha256_file(p) for p in files}


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold a folder's lock, which the system lets go when this process dies."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fsync_tree(folder: Path) -> None:
    for path in (*folder.rglob("*"), folder):
        _fsync(path)


def _translate(error: OSError, name: str) -> AnselmError:
    if disk_is_full(error):
        return StorageFull(f"The disk is full; {name} was not written.", hint="Free some space, then try again.")
    if error.errno in (errno.EEXIST, errno.ENOTEMPTY):
        return Conflict(f"{name} was written by somebody else in the meantime.")
    return AnselmError(f"{name} could not be written: {error.strerror or error}.")
