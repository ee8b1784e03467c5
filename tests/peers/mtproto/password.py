"""Two-step verification: the server's half of SRP. Source: https://core.telegram.org/api/srp.

The server knows a verifier and never the password.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from telethon import password as client_half
from telethon.tl import types

from tests.peers.mtproto.prime import GENERATOR, PRIME, to_bytes


def digest(*parts: bytes) -> bytes:
    return sha256(b"".join(parts)).digest()


def padded(number: int) -> bytes:
    return number.to_bytes(256, "big")


@dataclass
class CloudPassword:
    algorithm: Any
    verifier: int
    _secret: int = field(default_factory=lambda: int.from_bytes(os.urandom(256), "big"))

    @classmethod
    def of(cls, password: str) -> CloudPassword:
        kind = types.PasswordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow
        algorithm = kind(os.urandom(8), os.urandom(16), GENERATOR, to_bytes(PRIME))
        return cls(algorithm, int.from_bytes(client_half.compute_digest(algorithm, password), "big"))

    def challenge(self) -> Any:
        """What a client needs to prove that it knows the password."""
        return types.account.Password(
            new_algo=self.algorithm,
            new_secure_algo=types.SecurePasswordKdfAlgoUnknown(),
            secure_random=b"",
            has_password=True,
            current_algo=self.algorithm,
            srp_B=padded(self._public),
            srp_id=1,
        )

    def proves(self, check: Any) -> bool:
        """Does the client's proof hold?"""
        theirs = int.from_bytes(check.A, "big")
        mixed = int.from_bytes(digest(padded(theirs), padded(self._public)), "big")
        session = pow(theirs * pow(self.verifier, mixed, PRIME), self._secret, PRIME)
        group = bytes(a ^ b for a, b in zip(digest(padded(PRIME)), digest(padded(GENERATOR)), strict=True))
        salts = digest(self.algorithm.salt1), digest(self.algorithm.salt2)
        expected = digest(group, *salts, padded(theirs), padded(self._public), digest(padded(session)))
        return bool(expected == check.M1)

    @property
    def _public(self) -> int:
        multiplier = int.from_bytes(digest(padded(PRIME), padded(GENERATOR)), "big")
        return (multiplier * self.verifier + pow(GENERATOR, self._secret, PRIME)) % PRIME
