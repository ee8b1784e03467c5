"""Addresses of wallets, with the checksums of their chains."""

from __future__ import annotations

import base64
import binascii
import random

from benchmarks.privacy.values.hashing import base58check, keccak256, monero_base58, segwit
from benchmarks.privacy.values.value import Value


def crypto_address(rng: random.Random, _: str) -> Value:
    draw = rng.randbytes
    makers = (
        lambda: base58check(b"\x00" + draw(20)),  # Bitcoin
        lambda: base58check(b"\x05" + draw(20)),
        lambda: segwit("bc", 0, draw(20)),
        lambda: segwit("bc", 0, draw(32)),
        lambda: segwit("bc", 1, draw(32)),
        lambda: checksummed(draw(20)),  # Ethereum
        lambda: "0x" + draw(20).hex(),
        lambda: base58check(b"\x41" + draw(20)),  # TRON
        lambda: ton(rng),
        lambda: base58check(b"\x30" + draw(20)),  # Litecoin
        lambda: base58check(b"\x32" + draw(20)),
        lambda: segwit("ltc", 0, draw(20)),
        lambda: monero_base58(rng.choice((b"\x12", b"\x2a")) + draw(64)),
    )
    return Value(rng.choice(makers)())


def checksummed(address: bytes) -> str:
    """EIP-55."""
    plain = address.hex()
    digest = keccak256(plain.encode()).hex()
    return "0x" + "".join(c.upper() if int(d, 16) > 7 else c for c, d in zip(plain, digest, strict=False))


def ton(rng: random.Random) -> str:
    body = rng.choice((b"\x11", b"\x51")) + b"\x00" + rng.randbytes(32)
    return base64.urlsafe_b64encode(body + binascii.crc_hqx(body, 0).to_bytes(2, "big")).decode()
