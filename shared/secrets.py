"""Secrets in running text: passwords, keys, tokens and card numbers. Precise rather than complete.

Every pattern has a fixed mark (a prefix, a keyword, a checksum), so that ordinary chat is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: A value of a pattern's own is its group ``value``; without one, the whole match is the secret.
PATTERNS: dict[str, tuple[re.Pattern[str], ...]] = {
    "private_key": (
        re.compile(
            r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [^\n-]{0,40}-----|\Z)", re.DOTALL
        ),
    ),
    "token": (
        re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
        re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{22,}\b|\bglpat-[A-Za-z0-9_-]{20,}"),
        re.compile(r"\bsk-(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{20,}"),
        re.compile(r"\b[sr]k_(?:live|test)_[0-9A-Za-z]{16,}\b"),
        re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
        re.compile(r"\bAIza[0-9A-Za-z_-]{35}"),
        re.compile(r"\bhf_[A-Za-z0-9]{30,}\b|\bnpm_[A-Za-z0-9]{36}\b|\bpypi-[A-Za-z0-9_-]{50,}"),
        re.compile(r"\b[0-9]{8,10}:[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
        re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
        re.compile(r"(?i)\bbearer\s+(?P<value>[A-Za-z0-9._~+/-]{20,}=*)"),
    ),
    "password": (
        re.compile(
            r"(?i)\b(?:password|passwd|passphrase|passwort|kennwort|пароль)(?:\s+(?:is|ist|lautet|это)|\s*[:=])\s*"
            r"(?P<value>(?=\S*(?:\d|[^\w\s.,!?…)'\"]))[^\s,]{5,})"
        ),
        re.compile(r"\b[a-z][a-z0-9+.-]{1,15}://[^\s:/@]+:(?P<value>[^\s/@]{3,})@"),
    ),
    "card": (
        # As people write them: in one run, in fours, or as American Express prints it (4-6-5).
        re.compile(
            r"(?<![\w/-])(?<!\d[.,:])(?P<value>[2-6]\d{12,18}|[2-6]\d{3}(?P<gap>[ -])(?:\d{4}(?P=gap)){2}\d{4}"
            r"|3\d{3}(?P<space>[ -])\d{6}(?P=space)\d{5})(?![\d/-]|[.,:]\d)"
        ),
    ),
}

#: What may still grow into a secret at the end of a text: a word, a run of digits, an assignment, an open key block.
_OPEN = re.compile(
    r"(?:-----BEGIN (?:(?!-----END [^\n-]{0,40}-----)[\s\S])*"
    r"|(?<![\w/-])(?<!\d[.,:])\d[\d -]*|(?i:\bbearer\s+)\S*|\S+)\Z"
)


@dataclass(frozen=True)
class Secret:
    """A secret of ``kind`` at ``text[start:end]``."""

    kind: str
    start: int
    end: int


def find(text: str) -> list[Secret]:
    """The secrets in a text, in order, none overlapping another."""
    found: list[Secret] = []
    for secret in sorted(_candidates(text), key=lambda s: (s.start, -s.end)):
        if not found or secret.start >= found[-1].end:
            found.append(secret)
    return found


def mask(text: str) -> str:
    """The text with every secret replaced by its kind: ``<card>``."""
    for secret in reversed(find(text)):
        text = f"{text[: secret.start]}<{secret.kind}>{text[secret.end :]}"
    return text


def settled(text: str) -> int:
    """How much of a text that is still being written can no longer become part of a secret: a length in characters."""
    match = _OPEN.search(text)
    at = match.start() if match else len(text)
    return next((secret.start for secret in find(text) if secret.start < at < secret.end), at)


def _candidates(text: str) -> Iterator[Secret]:
    for kind, patterns in PATTERNS.items():
        for pattern in patterns:
            for match in pattern.finditer(text):
                group = "value" if "value" in pattern.groupindex else 0
                if kind != "card" or _is_card(match[group]):
                    yield Secret(kind, *match.span(group))


def _is_card(written: str) -> bool:
    """13 to 19 digits with a valid check digit (Luhn, ISO/IEC 7812-1), not all alike."""
    digits = [int(c) for c in written if c.isdigit()]
    doubled = [d if i % 2 == 0 else d * 2 - 9 * (d > 4) for i, d in enumerate(reversed(digits))]
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and sum(doubled) % 10 == 0
