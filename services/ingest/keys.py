"""The one secret of ingest, and the keys derived from it: for pseudonyms, for fingerprints, for stored text."""

from __future__ import annotations

import hmac
import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.errors import AnselmError

NONCE = 12


@dataclass(frozen=True)
class Keys:
    """Three independent keys from one secret; knowing one of them tells nothing about the others."""

    pseudonyms: bytes
    fingerprints: bytes
    text: bytes

    @classmethod
    def derive(cls, secret: bytes) -> Keys:
        return cls(*(_keyed(secret, purpose) for purpose in (b"pseudonyms", b"fingerprints", b"text")))

    def peer_hash(self, peer: str) -> bytes:
        """How a Telegram peer (``user123``) is known in the tables: 32 bytes, meaningless without the key."""
        return _keyed(self.pseudonyms, peer.encode())

    def fingerprint(self, content: bytes) -> bytes:
        """16 bytes that change when ``content`` does, and do not let short texts be guessed."""
        return _keyed(self.fingerprints, content)[:16]

    def seal(self, text: str) -> bytes:
        """Encrypt with AES-256-GCM: nonce (12 bytes), ciphertext, tag (16 bytes)."""
        nonce = os.urandom(NONCE)
        return nonce + _cipher(self.text).encrypt(nonce, text.encode(), None)

    def unseal(self, sealed: bytes) -> str:
        """Undo ``seal``.

        Raises:
            AnselmError: the key is another one than the text was stored with.
        """
        try:
            return _cipher(self.text).decrypt(sealed[:NONCE], sealed[NONCE:], None).decode()
        except InvalidTag as error:
            hint = "Put the key file back that belongs to this database (INGEST_KEY_FILE)."
            raise AnselmError("Stored text cannot be read with this key.", hint=hint) from error


def load_keys(file: Path) -> Keys:
    """The keys of this installation; the file is made, readable by its owner only, when there is none.

    Raises:
        AnselmError: the file does not hold 32 bytes in hex.
    """
    if not file.exists():
        _create(file)
    try:
        secret = bytes.fromhex(file.read_text().strip())
    except ValueError:
        secret = b""
    if len(secret) != 32:
        raise AnselmError(f"{file} does not hold a key of 64 hex digits.", hint="Put the right key file back.")
    return Keys.derive(secret)


def _create(file: Path) -> None:
    """Write a fresh key beside and link it into place, so that of two processes starting at once one key wins."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    scratch = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(secrets.token_hex(32) + "\n")
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(scratch, file)
    except FileExistsError:
        return
    finally:
        scratch.unlink()


@lru_cache(maxsize=8)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def _keyed(key: bytes, content: bytes) -> bytes:
    return hmac.digest(key, content, "sha256")
