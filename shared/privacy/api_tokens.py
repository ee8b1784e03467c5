"""API tokens: by the prefixes that services publish, else by length, alphabet and entropy, or beside a word for one."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from itertools import pairwise

from shared.privacy.cues import Cue
from shared.privacy.masking import Span, mask, mask_matches

#: Sources: the services' own documentation of their token formats.
PREFIXES = (
    r"(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}|ABSK[\w+/]{60,}={0,2}|bedrock-api-key-[\w+/=]{20,}",  # AWS
    r"LTAI[A-Za-z0-9]{16,20}|AKID[A-Za-z0-9]{32}",  # Alibaba, Tencent
    r"gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_\w{22,255}",
    r"gl(?:pat|dt|rt|ptt|soat|cbt|imt|agent|oas|ft|ffct)-[\w.-]{20,}|gloas-[\w-]{20,}|GR1348941[\w-]{20,}",  # GitLab
    r"xox[abeoprs](?:\.xox[bp])?-[\w-]{10,}|xapp-[\w-]{10,}",  # Slack
    r"sk-(?:ant-|proj-|svcacct-|admin-|or-)?[\w-]{20,}|gsk_\w{20,}|xai-\w{20,}|pplx-\w{32,}|tvly-[\w-]{20,}",  # models
    r"AIza[\w-]{35}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,}|1//0[\w-]{30,}|"  # Google
    r"[0-9]+-\w{32}\.apps\.googleusercontent\.com",
    r"(?:bot)?\d{6,12}:[A-Za-z0-9_-]{33,36}",  # Telegram bots
    r"SG\.[\w-]{16,}\.[\w-]{16,}|xkeysib-[\w-]{60,}|(?:pub)?key-[0-9a-f]{32}|[0-9a-f]{32}-us\d{1,2}|re_\w{20,}",  # mail
    r"(?:npm|hf|r8|api_org|dop_v1|doo_v1|dor_v1|shpat|shpca|shppa|shpss|lin_api|lin_oauth|pnu|sbp|phc|phx|rubygems|"
    r"glsa|glc|sgp|"
    r"pul|rdme|sntrys|sntryu|ntn|secret|figd|fo1|fm[12][ar]?|dckr_pat|nfp|tfp|sm_[aps]at|tskey-auth|clojars|CLOJARS|"
    r"pscale_(?:tkn|oauth|pw)|shippo_(?:live|test)|duffel_(?:live|test)|sq[upa]|dnkey|ico|tk-us|sha256~|fio-u|patch|"
    r"vercel|CFPAT)"
    r"[_-]?[.\w~+/-]{16,}",
    r"pypi-[\w-]{16,}|dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.]{20,}|dt0c01\.\w{24}\.\w{64}|dapi[a-f0-9]{32}(?:-\d)?|"
    r"API-[A-Z0-9]{26}",
    r"(?:sk|pk|rk)_(?:live|test|prod)_\w{10,}|whsec_[\w+/=]{20,}|sq0[a-z]{3}-[\w-]{22,43}|EAAA[\w-]{22,60}|"
    r"EZ[AT]K\w{54}|"
    r"FLW(?:SECK|PUBK)_TEST-[\w-]{12,}|access-(?:sandbox|development|production)-[0-9a-f-]{30,}|"  # payments
    r"(?:live|test)_\w{30,}",
    r"AGE-SECRET-KEY-1[0-9A-Z]{58}|ops_eyJ[\w+/=]{50,}|A3-[A-Z0-9]{6}-[A-Z0-9-]{20,}",
    r"ey[JI][\w-]{10,}\.ey[JI][\w-]{10,}(?:\.[\w-]*)?|ZXlK[\w+/=]{40,}|eyJrIjoi\w{40,}",  # JSON web tokens
    r"hv[sbr]\.[\w-]{24,}|s\.\w{24}|ATATT3[\w=-]{20,}|ATCTT3[\w=-]{20,}|ATBB\w{20,}|NR(?:AK|JS|II|RA)-\w{19,32}|"
    r"PMAK-[\w-]{59}|p8e-\w{32}",
    r"pat\w{14}\.\w{20,}|(?:pat|sat)\.[\w-]{22}\.\w{24}\.\w{20}|\w{14}\.atlasv1\.[\w=-]{60,70}|"
    r"v1\.0-[a-f0-9]{24}-[a-f0-9]{100,}",
    r"EAA[A-Z][A-Za-z0-9]{30,}|IG(?:QV|AA)[\w-]{30,}|\d{15,16}[|%][\w-]{27,40}|A{20,}[\w%]{30,}|y[0-3]_[\w-]{30,}|"
    r"t1\.[\w-]+={0,2}\.[\w-]{80,}",
    r"AQVN[\w-]{35,38}|AQAAAA[\w-]{30,}|vk1\.a\.[\w-]{40,}|MT[A-Z]\w{20,25}\.[\w-]{6}\.[\w-]{27,40}|"
    r"[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,40}",
    r"sl\.[\w=-]{40,}|pk\.[\w]{50,}\.\w{20,}|[a-z0-9]{4,8}_[A-Za-z0-9]{29}_mmk|AKCp\w{60,}|cmVmd\w{59}|"
    r"HRKU-AA[\w-]{50,}|[SA][CK][0-9a-f]{32}",
    r"[\w~.]{3}\dQ~[\w~.-]{31,34}|dG9rOi?\w{20,}|AccountKey=[\w+/=]{60,}|sig=[\w%+/=-]{30,}|s-s4t2(?:ud|af)-\w{64}",
)
KNOWN = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(PREFIXES)})(?!\w)")
#: What may hold a token at all: sixteen characters and more without a space, at most so many at a time.
CHUNK = re.compile(r"[^\s\"'<>()\[\]{}«»“”„`,;\0]{16,512}")
_NAMED = (
    r"api[\w .-]{0,12}|access|secret|client|auth|bearer|service|token|токен\w*|ключ\w*|schlüssel|keys?|webhook|"
    r"credential\w*|creds|"
    r"[\w.-]{1,20}(?:_|-| )(?:key|token|secret)|[A-Z][\w]{1,20}_(?:KEY|TOKEN|SECRET)"
)
ASSIGNED = re.compile(
    rf"(?i)(?<!\w)(?:{_NAMED})(?:[ _.-]{{0,2}}(?:key|token|secret|id|ключ|токен|schlüssel|api|апи|бота|bot)){{0,2}}"
    r"[\"'` ]{0,3}(?:[:=]|=>|\bis\b|\bist\b|\blautet\b|-|"
    r"это)?[\"'` ]{0,3}(?<![A-Za-z0-9])(?-i:([A-Za-z0-9][\w+/=.~-]{11,200}))"
)
RUN = re.compile(r"[A-Za-z0-9_+=/-]{20,512}")
UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
#: A UUID is a token only where it is said to be one.
BEHIND = re.compile(
    rf"(?i)(?<!\w)({UUID.pattern})(?=(?:\s?[-—,]|\s(?:is|ist|это))?\s(?:[^\W\d_]{{2,8}}\s){{0,2}}(?:api|token|key|"
    rf"secret|токен|ключ))"
)
#: Bits a character. Hexadecimal cannot exceed 4; running words stay below 3.5 even without spaces.
ENTROPY, HEX_ENTROPY, SHORT_ENTROPY = 3.6, 3.0, 3.0
HEX = re.compile(r"[0-9a-f]{32,}|[0-9A-F]{32,}")
#: A word with its number: Qwen3.
NUMBERED = re.compile(r"[^\W\d_]{3,8}\d{1,2}")
DIGEST = Cue(
    r"commit\w*",
    r"коммит\w*",
    r"sha-?\d*",
    r"md5",
    r"hash\w*",
    r"хеш\w*",
    r"хэш\w*",
    r"checksum",
    r"digest",
    r"rev(?:ision)?",
    r"git",
    r"build",
)
#: Detectors of detect-secrets whose rules are a prefix with a length, so that they can be asked of any word.
RULES = (
    "aws", "azure_storage_key", "discord", "github_token", "gitlab_token", "mailchimp", "openai", "pypi_token",
    "sendgrid",
    "slack", "square_oauth", "stripe", "telegram_token", "twilio",
)  # fmt: skip


class ApiTokenMasker:
    def find(self, text: str) -> Iterator[Span]:
        for chunk in CHUNK.finditer(text):
            yield from _known(chunk)
            for run in RUN.finditer(chunk[0]):
                start, end = chunk.start() + run.start(), chunk.start() + run.end()
                if is_random(run[0]) and not (HEX.fullmatch(run[0]) and DIGEST.before(text, start, 30)):
                    yield mask("api_token", start, end)


class NamedTokenMasker:
    """Those behind a word for one."""

    def find(self, text: str) -> Iterator[Span]:
        for match in ASSIGNED.finditer(text):
            drawn = len(match[1]) > 15 or entropy(match[1]) >= SHORT_ENTROPY
            if drawn and _has_both(match[1]) and not _is_wordy(match[1]):
                yield mask("api_token", *match.span(1))
        yield from mask_matches("api_token", BEHIND, text)


def _known(chunk: re.Match[str]) -> Iterator[Span]:
    if not any(map(str.isdigit, chunk[0])) and "_" not in chunk[0] and "-" not in chunk[0] and "AKIA" not in chunk[0]:
        return
    for rule in (KNOWN, *_field_rules()):
        for match in rule.finditer(chunk[0]):
            mixed = match[0] not in (match[0].lower(), match[0].upper())
            if any(map(str.isdigit, match[0])) or match[0].isupper() or mixed or entropy(match[0]) >= ENTROPY:
                yield mask("api_token", chunk.start() + match.start(), chunk.start() + match.end())


@cache
def _field_rules() -> tuple[re.Pattern[str], ...]:
    """The rules of detect-secrets, which is loaded by the first word that may be a token."""
    modules = [import_module(f"detect_secrets.plugins.{name}") for name in RULES]
    found = [
        pattern
        for module in modules
        for plugin in vars(module).values()
        if isinstance(plugin, type) and plugin.__module__ == module.__name__ and hasattr(plugin, "denylist")
        for pattern in plugin.denylist
    ]
    return tuple(pattern for pattern in found if ".{0,20}" not in pattern.pattern)


def is_random(token: str) -> bool:
    """Whether twenty or more characters look drawn, not written."""
    if HEX.fullmatch(token):
        return entropy(token) >= HEX_ENTROPY
    if UUID.fullmatch(token) or not _has_both(token) or _is_wordy(token):
        return False
    return entropy(token) >= ENTROPY and any(map(str.isalpha, token))


def _is_wordy(token: str) -> bool:
    """Words, numbers and versions with marks between them: ``deepseek-rl-distill-qwen-32b``, a path, a date."""
    parts = [part for part in re.split(r"[-_+=/.]", token) if part]
    if len(parts) < 2:
        return False
    plain = [part for part in parts if part.isdigit() or part.isalpha() or len(part) < 5 or NUMBERED.fullmatch(part)]
    longest = max(parts, key=len)
    return (len(plain) == len(parts) and not (longest.isalpha() and _is_scrambled(longest))) or (
        all(len(p) < 9 for p in parts) and len(parts) > 3
    )


def _is_scrambled(part: str) -> bool:
    return len(part) > 9 and sum(a.islower() and b.isupper() for a, b in pairwise(part)) > 2


def entropy(token: str) -> float:
    """Shannon's entropy of the characters, in bits a character."""
    counts = Counter(token).values()
    return -sum(n / len(token) * math.log2(n / len(token)) for n in counts)


def _has_both(token: str) -> bool:
    return any(c.isdigit() for c in token) and any(c.isalpha() for c in token)
