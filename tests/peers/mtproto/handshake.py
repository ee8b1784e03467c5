"""The server's half of the creation of an authorization key. Source: https://core.telegram.org/mtproto/auth_key."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from hashlib import sha1
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from telethon import helpers
from telethon.crypto import AES, AuthKey
from telethon.extensions import BinaryReader
from telethon.tl import TLObject, functions, types

from tests.peers.mtproto.prime import GENERATOR, PRIME, to_bytes

#: Two primes that a client factorizes at once.
P, Q = 1_229_739_323, 1_402_015_859


@dataclass(frozen=True)
class ServerKey:
    """The RSA key that a client must know before it speaks."""

    private: rsa.RSAPrivateKey

    @classmethod
    def make(cls) -> ServerKey:
        return cls(rsa.generate_private_key(65_537, 2048))

    @property
    def pem(self) -> str:
        return self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode()

    @property
    def fingerprint(self) -> int:
        """The last 64 bits of a SHA-1 over the key."""
        numbers = self.private.public_key().public_numbers()
        parts = (TLObject.serialize_bytes(to_bytes(part)) for part in (numbers.n, numbers.e))
        return int.from_bytes(sha1(b"".join(parts)).digest()[-8:], "little", signed=True)

    def decrypt(self, block: bytes) -> bytes:
        numbers = self.private.private_numbers()
        number = pow(int.from_bytes(block, "big"), numbers.d, numbers.public_numbers.n)
        return number.to_bytes(255, "big")[20:]  # behind a SHA-1


@dataclass
class Handshake:
    """One client's way to a key: three requests, three answers, then ``key`` is there."""

    server: ServerKey
    key: AuthKey | None = None
    _nonce: int = 0
    _new_nonce: int = 0
    _secret: int = field(default_factory=lambda: int.from_bytes(os.urandom(256), "big"))

    def answer(self, request: Any) -> Any:
        if isinstance(request, functions.ReqPqMultiRequest):
            return self._factorize(request)
        if isinstance(request, functions.ReqDHParamsRequest):
            return self._offer(request)
        assert isinstance(request, functions.SetClientDHParamsRequest)
        return self._agree(request)

    def _factorize(self, request: Any) -> Any:
        self._nonce = int.from_bytes(os.urandom(16), "little", signed=True)
        return types.ResPQ(request.nonce, self._nonce, (P * Q).to_bytes(8, "big"), [self.server.fingerprint])

    def _offer(self, request: Any) -> Any:
        inner = BinaryReader(self.server.decrypt(request.encrypted_data)).tgread_object()
        assert (inner.p, inner.q) == (to_bytes(P), to_bytes(Q))
        self._new_nonce = inner.new_nonce
        half = to_bytes(pow(GENERATOR, self._secret, PRIME))
        answer = types.ServerDHInnerData(request.nonce, self._nonce, GENERATOR, to_bytes(PRIME), half, int(time.time()))
        plain = sha1(bytes(answer)).digest() + bytes(answer)
        padded = plain + os.urandom(-len(plain) % 16)
        return types.ServerDHParamsOk(request.nonce, self._nonce, AES.encrypt_ige(padded, *self._cipher()))

    def _agree(self, request: Any) -> Any:
        plain = AES.decrypt_ige(request.encrypted_data, *self._cipher())
        inner = BinaryReader(plain[20:]).tgread_object()
        shared = pow(int.from_bytes(inner.g_b, "big"), self._secret, PRIME)
        self.key = AuthKey(shared.to_bytes(256, "big"))  # a client that drops a leading zero has to begin again
        return types.DhGenOk(request.nonce, self._nonce, self.key.calc_new_nonce_hash(self._new_nonce, 1))

    def _cipher(self) -> tuple[bytes, bytes]:
        key, iv = helpers.generate_key_data_from_nonce(self._nonce, self._new_nonce)
        return key, iv
