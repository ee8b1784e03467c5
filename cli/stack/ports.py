"""Ports on loopback."""

from __future__ import annotations

import socket

from shared.errors import Conflict

HOST = "127.0.0.1"


def require_free(port: int, purpose: str, setting: str) -> None:
    """Raise unless ``port`` can be bound.

    Raises:
        Conflict: somebody listens there; the message names the setting that moves it.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            hint = f"Stop what listens there, or set {setting} to another port."
            raise Conflict(f"Port {port} for {purpose} is taken.", hint=hint) from error


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
