"""Recovery phrases with BIP-39's checksum, and private keys in the forms that programs write."""

from __future__ import annotations

import base64
import hashlib
import os
import random
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from benchmarks.privacy.values.hashing import base58check
from benchmarks.privacy.values.value import Value, drawn, grouped

#: Where the standard's list is not at hand: some of its words, without the checksum.
SOME_WORDS = """
abandon ability anchor apple arctic avocado bacon balcony bamboo banana basket beach blanket bonus bridge bronze
cabbage cactus camera canvas canyon captain carbon castle cement cereal chapter cherry cinnamon citizen clinic coconut
copper cotton cradle crystal cupboard dolphin donkey dragon eagle elbow elephant engine escape fabric falcon father
garlic gentle giraffe glimpse hamster hazard helmet hockey horror hybrid insect island jacket jungle kangaroo kitchen
ladder lemon lizard lobster magnet maple matrix medal melody mimic misery monkey mosquito mushroom napkin nephew
"""


@cache
def _words() -> tuple[str, ...]:
    data = os.environ.get("ANSELM_TEST_DATA")
    file = Path(data or "/nonexistent") / "pii" / "bip39_english.txt"
    return tuple(file.read_text().split()) if file.is_file() else tuple(SOME_WORDS.split())


def seed_phrase(rng: random.Random, _: str) -> Value:
    words = _phrase(rng, rng.choice((12, 12, 12, 15, 18, 24, 24)))
    numbered = [f"{n}. {word}" for n, word in enumerate(words, 1)]
    forms = (
        " ".join(words),
        " ".join(words),
        " ".join(words),
        ", ".join(words),
        "\n".join(words),
        " ".join(numbered),
        "\n".join(numbered),
        " ".join(words).upper(),
        ",".join(words),
    )
    return Value(rng.choice(forms))


def _phrase(rng: random.Random, count: int) -> list[str]:
    words = _words()
    if len(words) != 2048:
        return rng.choices(words, k=count)
    size = count * 32 // 3 // 8
    entropy = rng.randbytes(size)
    check = count // 3
    bits = int.from_bytes(entropy, "big") << check | hashlib.sha256(entropy).digest()[0] >> (8 - check)
    return [words[bits >> 11 * (count - 1 - i) & 2047] for i in range(count)]


def private_key(rng: random.Random, _: str) -> Value:
    signing = Ed25519PrivateKey.from_private_bytes(rng.randbytes(32))
    curve = derive_private_key(int.from_bytes(rng.randbytes(31), "big") + 1, SECP256R1())

    def pem(key: Ed25519PrivateKey, form: PrivateFormat) -> str:
        return key.private_bytes(Encoding.PEM, form, NoEncryption()).decode().strip()

    makers = (
        lambda: pem(signing, PrivateFormat.PKCS8),
        lambda: pem(signing, PrivateFormat.OpenSSH),
        lambda: curve.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode().strip(),
        lambda: _armoured(rng, "RSA PRIVATE KEY"),
        lambda: _armoured(rng, "PGP PRIVATE KEY BLOCK"),
        lambda: base58check(b"\x80" + rng.randbytes(32) + b"\x01"),
        lambda: base58check(b"\x80" + rng.randbytes(32)),
        lambda: base58check(bytes.fromhex("0488ade4") + b"\0" * 9 + rng.randbytes(32) + b"\0" + rng.randbytes(32)),
        lambda: "0x" + rng.randbytes(32).hex(),
        lambda: "AGE-SECRET-KEY-1" + drawn(rng, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58),
    )
    return Value(rng.choice(makers)())


def _armoured(rng: random.Random, name: str) -> str:
    body = grouped(base64.b64encode(rng.randbytes(rng.choice((300, 600)))).decode(), (64,), "\n")
    return f"-----BEGIN {name}-----\n{body}\n-----END {name}-----"
