"""Addresses of machines."""

from __future__ import annotations

import ipaddress
import random

from benchmarks.privacy.values.value import Value, drawn, grouped


def ip(rng: random.Random, _: str) -> Value:
    form = rng.random()
    if form < 0.65:
        return Value(_fourth(rng))
    if form < 0.75:
        return Value(f"{_fourth(rng)}:{rng.choice((22, 80, 443, 3389, 5432, 8080, 25565))}")
    prefix = rng.choice((0x2A02, 0x2001, 0xFE80, 0x2A00, 0x2606))
    if form < 0.9:
        return Value(str(ipaddress.IPv6Address(prefix << 112 | rng.getrandbits(112))))
    return Value(
        str(
            ipaddress.IPv6Address(prefix << 112 | rng.getrandbits(16) << 96 | rng.getrandbits(rng.choice((16, 32, 48))))
        )
    )


def _fourth(rng: random.Random) -> str:
    start = rng.choice((str(rng.randint(11, 126)), str(rng.randint(128, 223)), "10", "192.168"))
    return ".".join([start, *(str(rng.randint(1, 254)) for _ in range(3 - start.count(".")))])


def mac(rng: random.Random, _: str) -> Value:
    number = drawn(rng, "0123456789abcdef", 12)
    text = rng.choice(
        (grouped(number, (2,), ":"), grouped(number, (2,), ":"), grouped(number, (2,), "-"), grouped(number, (4,), "."))
    )
    return Value(rng.choice((text, text.upper())))
