"""Wallet addresses and private keys of the common chains, by their shape."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared.privacy.masking import Span, mask

BASE58 = "1-9A-HJ-NP-Za-km-z"
KEY = re.compile(
    rf"(?<![\w/])(?:0x(?:[0-9a-fA-F]{{64}}|[0-9a-fA-F]{{40}})|(?:bc|tb|ltc)1[ac-hj-np-z02-9]{{11,71}}|x(?:prv|pub)[{BASE58}]{{100,112}}|"
    rf"[5KL][{BASE58}]{{50,51}}|[13][{BASE58}]{{25,34}}|T[{BASE58}]{{33}}|4[{BASE58}]{{94}}|(?:EQ|UQ)[\w-]{{46}})(?!\w)"
)


class CryptoKeyMasker:
    def find(self, text: str) -> Iterator[Span]:
        for match in KEY.finditer(text):
            if not match[0].isdigit():
                yield mask("crypto_key", *match.span())
