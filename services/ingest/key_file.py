"""The key file: one secret that never changes, and the keys of stored text, the newest first.

    <64 hex digits>
    text: <64 hex digits> <name>

Without a line ``text`` the key of stored text is derived from the secret. There is more than one such line only while
text is being moved from one key to the next.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from services.ingest import private_files
from shared.errors import AnselmError

SIZE = 32
TEXT = "text:"


@dataclass(frozen=True)
class TextKey:
    """``name``: which rotation made it."""

    key: bytes
    name: str


@dataclass(frozen=True)
class KeyFile:
    secret: bytes
    text: tuple[TextKey, ...] = ()

    @property
    def name(self) -> str | None:
        """Which rotation made the newest key of stored text."""
        return self.text[0].name if self.text else None

    @property
    def is_rotating(self) -> bool:
        return len(self.text) > 1

    def __bytes__(self) -> bytes:
        lines = [self.secret.hex(), *(f"{TEXT} {one.key.hex()} {one.name}" for one in self.text)]
        return "".join(f"{line}\n" for line in lines).encode()


def read(file: Path) -> KeyFile:
    """
    Raises:
        AnselmError: it cannot be read, or does not hold keys of 32 bytes in hex.
    """
    hint = "Put the right key file back."
    try:
        first, *rest = [line.split() for line in file.read_text().splitlines() if line.strip()]
        (secret,) = first
        return KeyFile(_key(secret), tuple(_text_key(*words) for words in rest))
    except OSError as error:
        raise AnselmError(f"{file} cannot be read: {error.strerror}.", hint=hint) from error
    except (ValueError, TypeError) as error:
        raise AnselmError(f"{file} does not hold keys of 64 hex digits.", hint=hint) from error


def _text_key(word: str, key: str, name: str) -> TextKey:
    if word != TEXT:
        raise ValueError(word)
    return TextKey(_key(key), name)


def _key(digits: str) -> bytes:
    key = bytes.fromhex(digits)
    if len(key) != SIZE:
        raise ValueError(len(key))
    return key


def create(file: Path) -> None:
    """Write a fresh key beside and link it into place, so that of two processes starting at once one key wins."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    scratch = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    private_files.write_new(scratch, bytes(KeyFile(secrets.token_bytes(SIZE))))
    try:
        os.link(scratch, file)
    except FileExistsError:
        return
    finally:
        scratch.unlink()


def replace(file: Path, content: KeyFile) -> None:
    """
    Raises:
        AnselmError: it cannot be written there.
    """
    try:
        private_files.replace(file, bytes(content))
    except OSError as error:
        hint = "To rotate the key, ingest has to be able to write its file, and beside it."
        raise AnselmError(f"{file} cannot be written: {error.strerror}.", hint=hint) from error
