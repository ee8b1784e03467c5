"""API tokens: by the prefixes that services publish, else by length, alphabet and entropy."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

from shared.privacy.masking import Span, mask, mask_matches

#: Sources: the services' own documentation of their token formats.
PREFIXES = (
    r"(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z2-7]{16}",  # AWS
    r"LTAI[A-Za-z0-9]{17,20}",  # Alibaba
    r"gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_\w{60,255}",
    r"gl(?:pat|dt|rt|ptt|soat|cbt|imt|agent|oas|ft)-[\w-]{20,}",  # GitLab
    r"xox[abeoprs](?:\.xox[bp])?-[\w-]{10,}|xapp-[\w-]{10,}",  # Slack
    r"sk-(?:ant-|proj-|svcacct-|or-)?[\w-]{20,}",  # OpenAI, Anthropic, OpenRouter
    r"AIza[\w-]{35}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{28}",  # Google
    r"\d{8,10}:[A-Za-z0-9_-]{34,36}",  # Telegram bots
    r"SG\.[\w-]{16,}\.[\w-]{16,}|xkeysib-[\w-]{60,}|key-[0-9a-f]{32}",  # mail services
    r"(?:npm|hf|r8|dop_v1|doo_v1|dor_v1|shpat|shpca|shppa|shpss|lin_api|pnu|sbp|phc|phx|dp\.pt|rubygems|glsa|glc)_?[.\w-]{24,}",
    r"pypi-[\w-]{50,}",
    r"(?:sk|pk|rk)_(?:live|test|prod)_\w{10,}|whsec_\w{20,}|sq0[a-z]{3}-[\w-]{22,43}|EAAA[\w-]{56}",  # payments
    r"AGE-SECRET-KEY-1[0-9A-Z]{58}|ops_eyJ[\w+/=]{50,}|A3-[A-Z0-9]{6}-[A-Z0-9-]{20,}",
    r"eyJ[\w-]{10,}\.eyJ[\w-]{10,}(?:\.[\w-]*)?",  # JSON web tokens
    r"hvs\.[\w-]{24,}|hvb\.[\w-]{24,}|ATATT3[\w=-]{20,}|NRAK-[A-Z0-9]{27}|PMAK-[\w-]{59}|p8e-\w{32}|pat\w{14}\.\w{20,}",
)
KNOWN = re.compile(rf"(?<![\w])(?:{'|'.join(PREFIXES)})(?!\w)")
PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)")
ASSIGNED = re.compile(
    r"(?i)(?:api|access|secret|client|auth|private|bearer|service)[\w .-]{0,20}(?:key|token|secret|id)?"
    r"[\"'` ]*(?:[:=]|=>|\bis\b|\bist\b)[\"'` ]*(?-i:([\w+/=.-]{16,}))"
)
CANDIDATE = re.compile(r"(?<![\w/.@#:-])[A-Za-z0-9_+=-]{20,}(?![\w/@])")
UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
#: Bits a character. Hexadecimal cannot exceed 4; running words stay below 3.5 even without spaces.
ENTROPY, HEX_ENTROPY = 3.6, 3.0
HEX = re.compile(r"[0-9a-f]{32,}|[0-9A-F]{32,}")


class ApiTokenMasker:
    def find(self, text: str) -> Iterator[Span]:
        if len(text) < 16:
            return
        yield from mask_matches("api_token", PEM, text)
        yield from mask_matches("api_token", KNOWN, text)
        for match in ASSIGNED.finditer(text):
            if _has_both(match[1]):
                yield mask("api_token", *match.span(1))
        for match in CANDIDATE.finditer(text):
            if is_random(match[0]):
                yield mask("api_token", *match.span())


def is_random(token: str) -> bool:
    """Whether twenty or more characters look drawn, not written."""
    if HEX.fullmatch(token):
        return entropy(token) >= HEX_ENTROPY
    if UUID.fullmatch(token) or not _has_both(token):
        return False
    words = [part for part in re.split(r"[-_+=]", token) if part]
    if len(words) > 2 and all(part.isdigit() or part.isalpha() for part in words):
        return False
    return entropy(token) >= ENTROPY


def entropy(token: str) -> float:
    """Shannon's entropy of the characters, in bits a character."""
    counts = Counter(token).values()
    return -sum(n / len(token) * math.log2(n / len(token)) for n in counts)


def _has_both(token: str) -> bool:
    return any(c.isdigit() for c in token) and any(c.isalpha() for c in token)
