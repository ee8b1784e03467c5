"""The keys of ingest: for pseudonyms, for fingerprints, for stored text."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag

from services.ingest import key_file, key_use
from services.ingest.key_file import KeyFile
from shared.errors import AnselmError
from shared.sealing import decrypt, encrypt


@dataclass(frozen=True)
class Keys:
    """Independent keys; knowing one of them tells nothing about the others.

    Attributes:
        text: the newest first. Older ones only open what was sealed with them.
    """

    pseudonyms: bytes
    fingerprints: bytes
    forgotten: bytes
    receipts: bytes
    text: tuple[bytes, ...]

    @classmethod
    def derive(cls, secret: bytes) -> Keys:
        return cls.of(KeyFile(secret))

    @classmethod
    def of(cls, content: KeyFile) -> Keys:
        text = tuple(one.key for one in content.text) or (first_text_key(content.secret),)
        purposes = ("pseudonyms", "fingerprints", "forgotten", "receipts")
        return cls(**{purpose: _keyed(content.secret, purpose.encode()) for purpose in purposes}, text=text)

    def peer_hash(self, peer: str) -> bytes:
        """How a Telegram peer (``user123``) is known in the tables: 32 bytes, meaningless without the key."""
        return _keyed(self.pseudonyms, peer.encode())

    def fingerprint(self, content: bytes) -> bytes:
        """16 bytes that change when ``content`` does, and do not let short texts be guessed."""
        return _keyed(self.fingerprints, content)[:16]

    def mark(self, kind: str, name: str) -> bytes:
        """How somebody or something that was forgotten is recognised again: 32 bytes that name nobody."""
        return _keyed(self.forgotten, f"{kind}:{name}".encode())

    def sign(self, content: bytes) -> bytes:
        """What shows that a receipt is as it was written."""
        return _keyed(self.receipts, content)

    def seal(self, text: str) -> bytes:
        """Encrypt with AES-256-GCM under the newest key."""
        return encrypt(self.text[0], text.encode())

    def unseal(self, sealed: bytes) -> str:
        """Undo ``seal``.

        Raises:
            AnselmError: the key is another one than the text was stored with.
        """
        return self._open(sealed)[0].decode()

    def sealed_anew(self, sealed: bytes) -> bytes | None:
        """The same under the newest key; none where it is already.

        Raises:
            AnselmError: it opens with none of the keys.
        """
        content, key = self._open(sealed)
        return None if key == self.text[0] else self.seal(content.decode())

    def _open(self, sealed: bytes) -> tuple[bytes, bytes]:
        """What is in it, and the key that opened it: a wrong one is found out by the tag."""
        for key in self.text:
            try:
                return decrypt(key, sealed), key
            except InvalidTag:
                continue
        hint = "Put the key file back that belongs to this database (INGEST_KEY_FILE)."
        raise AnselmError("Stored text cannot be read with this key.", hint=hint)


def load_keys(file: Path) -> Keys:
    """The keys of this installation; the file is made, readable by its owner only, when there is none.

    Raises:
        AnselmError: the file does not hold keys of 32 bytes in hex.
    """
    if not file.exists():
        key_file.create(file)
    return Keys.of(key_file.read(file))


@contextmanager
def keys_in_use(file: Path) -> Iterator[Keys]:
    """The keys, for a request or a task: whoever seals with them is done before another key is the newest.

    Raises:
        AnselmError: the file is gone, or does not hold keys of 32 bytes in hex.
    """
    with key_use.in_use(file):
        yield Keys.of(key_file.read(file))


def first_text_key(secret: bytes) -> bytes:
    """The key of stored text before the first rotation."""
    return _keyed(secret, b"text")


def _keyed(key: bytes, content: bytes) -> bytes:
    return hmac.digest(key, content, "sha256")
