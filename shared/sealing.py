"""What travels through Redis is sealed: its memory, its disk and its backups show nobody's words.

AES-256-GCM under a key that HKDF-SHA256 (RFC 5869) derives from the service token, which every service has already.
Under another token nothing that waits can be opened; it is dropped with a warning. That loses seconds of queued work.
"""

from __future__ import annotations

import base64
import hmac
import os
from enum import StrEnum
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.settings import Settings
from shared.telemetry import logger

log = logger(__name__)


class Place(StrEnum):
    """What kind of thing a sealed text is; one of a kind cannot be passed off as another."""

    JOB = "job"
    QUEUE = "queue"
    INBOX = "bot.inbox"
    JOURNAL = "bot.journal"
    SHOWN = "bot.shown"


KEY, NONCE = 32, 12
SALT = b"anselm redis"


def encrypt(key: bytes, content: bytes, place: bytes | None = None) -> bytes:
    """AES-256-GCM: nonce (12 bytes), ciphertext, tag (16 bytes).

    Args:
        place: where it belongs; it opens nowhere else.
    """
    nonce = os.urandom(NONCE)
    return nonce + _cipher(key).encrypt(nonce, content, place)


def decrypt(key: bytes, sealed: bytes, place: bytes | None = None) -> bytes:
    """Undo ``encrypt``.

    Raises:
        InvalidTag: it was sealed with another key or for another place, or is damaged.
    """
    if len(sealed) < NONCE:
        raise InvalidTag
    return _cipher(key).decrypt(sealed[:NONCE], sealed[NONCE:], place)


class Seal:
    """Seals texts, and gives keyed names to what a key of Redis must not show."""

    def __init__(self, secret: str) -> None:
        self._text, self._names = (_derive(secret, purpose) for purpose in (b"text", b"names"))

    @classmethod
    def of(cls, settings: Settings) -> Seal:
        return cls(settings.service_token.get_secret_value())

    def seal(self, text: str, place: Place) -> str:
        """The text, sealed and in letters."""
        return base64.b64encode(encrypt(self._text, text.encode(), place.encode())).decode()

    def unseal(self, sealed: str | bytes, place: Place) -> str | None:
        """The text; none, and a warning without content, where it cannot be opened."""
        text = self._opened(sealed, place)
        if text is None:
            log.warning("sealed_value_dropped", place=place, hint="Was SERVICE_TOKEN changed?")
        return text

    def unseal_any(self, sealed: str | bytes) -> str | None:
        """The text of whatever kind it is; none where it is not sealed, or cannot be opened."""
        return next((text for place in Place if (text := self._opened(sealed, place)) is not None), None)

    def _opened(self, sealed: str | bytes, place: Place) -> str | None:
        try:
            return decrypt(self._text, base64.b64decode(sealed, validate=True), place.encode()).decode()
        except (InvalidTag, ValueError):
            return None

    def name(self, value: object) -> str:
        """Always the same for the same value, and meaningless without the key: 32 hex digits."""
        return hmac.digest(self._names, str(value).encode(), "sha256")[:16].hex()


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY, SALT, purpose).derive(secret.encode())


@lru_cache(maxsize=8)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)
