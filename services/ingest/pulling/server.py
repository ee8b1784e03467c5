"""Where Telegram is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TelegramServer:
    """Another server than Telegram's own data centres, for tests.

    It is handed in by whoever composes the service and can be set by nobody else: who chooses the key that the
    handshake trusts could read everything.

    Attributes:
        public_key: PEM, PKCS#1.
    """

    host: str
    port: int
    public_key: str
