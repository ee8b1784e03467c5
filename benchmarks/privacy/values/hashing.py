"""The encodings with which wallets write their addresses and keys."""

from __future__ import annotations

import hashlib

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
#: Monero encodes blocks of eight bytes into eleven characters; the last one's length follows from its own.
MONERO_SIZES = {8: 11, 7: 10, 6: 9, 5: 7, 4: 6, 3: 5, 2: 3, 1: 2}


def base58check(payload: bytes) -> str:
    data = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + _base58(int.from_bytes(data, "big"))


def _base58(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number, 58)
        text = BASE58[rest] + text
    return text


def monero_base58(payload: bytes) -> str:
    data = payload + keccak256(payload)[:4]
    blocks = (data[i : i + 8] for i in range(0, len(data), 8))
    return "".join(_base58(int.from_bytes(b, "big")).rjust(MONERO_SIZES[len(b)], "1") for b in blocks)


def segwit(prefix: str, version: int, program: bytes) -> str:
    """BIP-173 (version 0) and BIP-350 (from version 1 on)."""
    number, bits = int.from_bytes(program, "big"), len(program) * 8
    number, bits = number << (-bits % 5), bits + -bits % 5
    values = [version, *(number >> shift & 31 for shift in range(bits - 5, -1, -5))]
    spread = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    polymod = _polymod([*spread, *values, *[0] * 6]) ^ (0x2BC830A3 if version else 1)
    check = [polymod >> 5 * (5 - i) & 31 for i in range(6)]
    return f"{prefix}1{''.join(BECH32[v] for v in [*values, *check])}"


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for i, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> i & 1 else 0
    return check


def keccak256(data: bytes) -> bytes:
    """Keccak as Ethereum and Monero use it: SHA-3 before its padding was changed."""
    rate, mask = 136, (1 << 64) - 1
    padded = bytearray(data + b"\1" + bytes(-(len(data) + 1) % rate))
    padded[-1] |= 0x80
    lanes = [[0] * 5 for _ in range(5)]
    for offset in range(0, len(padded), rate):
        for i in range(rate // 8):
            lanes[i % 5][i // 5] ^= int.from_bytes(padded[offset + 8 * i : offset + 8 * i + 8], "little")
        lanes = _permuted(lanes, mask)
    return b"".join(lanes[i % 5][i // 5].to_bytes(8, "little") for i in range(4))


def _permuted(a: list[list[int]], mask: int) -> list[list[int]]:
    def rotate(value: int, count: int) -> int:
        count %= 64
        return (value << count | value >> (64 - count)) & mask if count else value

    register = 1
    for _ in range(24):
        parity = [a[x][0] ^ a[x][1] ^ a[x][2] ^ a[x][3] ^ a[x][4] for x in range(5)]
        mixed = [parity[(x - 1) % 5] ^ rotate(parity[(x + 1) % 5], 1) for x in range(5)]
        a = [[lane ^ mixed[x] for lane in a[x]] for x in range(5)]
        x, y, current = 1, 0, a[1][0]
        for t in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            current, a[x][y] = a[x][y], rotate(current, (t + 1) * (t + 2) // 2)
        a = [[a[x][y] ^ (~a[(x + 1) % 5][y] & mask & a[(x + 2) % 5][y]) for y in range(5)] for x in range(5)]
        for j in range(7):
            register = (register << 1 ^ (register >> 7) * 0x71) % 256
            a[0][0] ^= (1 << ((1 << j) - 1)) if register & 2 else 0
    return a
