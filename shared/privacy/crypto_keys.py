"""Wallet addresses and keys of the common chains: by checksum where the chain has one, else by a shape of its own."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator

from stdnum.bitcoin import b58decode, bech32_checksum

from shared.privacy.cues import Cue
from shared.privacy.masking import Span, mask

BASE58 = "1-9A-HJ-NP-Za-km-z"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
#: Ripple writes Base58 with another order of the same letters.
_BITCOIN = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
FROM_RIPPLE = str.maketrans(_RIPPLE, _BITCOIN)

_A, _Z = r"(?<![A-Za-z0-9/=_.-])", r"(?![A-Za-z0-9_])"
#: No chain's checksum is known here, but nothing else looks so.
SHAPED = re.compile(
    rf"{_A}(?:0x[0-9a-fA-F]{{64}}|0x[0-9a-fA-F]{{40}}|x(?:prv|pub)[{BASE58}]{{100,112}}|[yz](?:prv|"
    rf"pub)[{BASE58}]{{100,112}}"
    rf"|[48][0-9AB][{BASE58}]{{93}}|addr1[0-9a-z]{{50,100}}|bitcoincash:[qp][0-9a-z]{{41}}|(?:ed25519|"
    rf"secp256k1):[{BASE58}]{{40,90}})"
    rf"{_Z}"
)
BASE58_CHECKED = re.compile(rf"{_A}[13LMDATtr5KXmn2c9Q][{BASE58}]{{24,51}}{_Z}")
BECH32_CHECKED = re.compile(
    rf"{_A}(?:(?:bc|tb|ltc|cosmos|osmo|terra|thor|celestia|inj|nsec|npub|zs|kaspa|bnb|erd|stake)1[{BECH32}]{{20,90}}"
    rf"|(?:BC|TB|LTC)1[{BECH32.upper()}]{{20,90}}){_Z}"
)
TON = re.compile(rf"{_A}[EUk0][Qf][\w+/-]{{46}}(?![\w=])")
SOLANA = re.compile(rf"{_A}[{BASE58}]{{32,44}}{_Z}")
KEY = re.compile(rf"{_A}[0-9a-fA-F]{{64}}{_Z}")
CUE = Cue(
    r"wallet\w*", r"кошел[её]к\w*", r"кошельк\w*", r"btc", r"bitcoin", r"eth", r"ethereum", r"usdt", r"trc-?20",
    r"erc-?20", r"sol", r"solana",
    r"phantom", r"ton", r"tron", r"xrp", r"doge", r"ltc", r"litecoin", r"crypto\w*", r"крипт\w*", r"adress\w*",
    r"address", r"адрес\w*",
    r"private key", r"приватн\w+ ключ\w*", r"privat\w+ schlüssel", r"brieftasche", r"monero", r"xmr",
)  # fmt: skip


class CryptoKeyMasker:
    def find(self, text: str) -> Iterator[Span]:
        for match in SHAPED.finditer(text):
            yield mask("crypto_key", *match.span())
        for match in BASE58_CHECKED.finditer(text):
            if is_base58check(match[0]):
                yield mask("crypto_key", *match.span())
        for match in BECH32_CHECKED.finditer(text):
            if is_bech32(match[0]):
                yield mask("crypto_key", *match.span())
        for match in TON.finditer(text):
            if is_ton(match[0]):
                yield mask("crypto_key", *match.span())
        for pattern in (SOLANA, KEY):
            for match in pattern.finditer(text):
                if CUE.beside(text, *match.span()) and any(map(str.isdigit, match[0])):
                    yield mask("crypto_key", *match.span())


def is_base58check(text: str) -> bool:
    """A payload with the first four bytes of its double SHA-256 behind it, in Bitcoin's alphabet or in Ripple's."""
    for written in (text, text.translate(FROM_RIPPLE)) if text.startswith("r") else (text,):
        decoded = b58decode(written)
        if len(decoded) > 20 and hashlib.sha256(hashlib.sha256(decoded[:-4]).digest()).digest()[:4] == decoded[-4:]:
            return True
    return False


def is_bech32(text: str) -> bool:
    """BIP-173 and BIP-350."""
    prefix, _, data = text.lower().rpartition("1")
    values = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix] + [BECH32.index(c) for c in data]
    return bech32_checksum(values) in (1, 0x2BC830A3)


def is_ton(text: str) -> bool:
    """34 bytes with their CRC-16 (XModem) behind them, in either alphabet of Base64."""
    decoded = base64.b64decode(text.translate(str.maketrans("-_", "+/")))
    return binascii.crc_hqx(decoded[:-2], 0) == int.from_bytes(decoded[-2:], "big")
