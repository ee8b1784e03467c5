"""Tokens and keys in the forms that services publish."""

from __future__ import annotations

import base64
import json
import random
import string

from benchmarks.privacy.values.value import Value, digits, drawn

ALNUM = string.ascii_letters + string.digits
URLSAFE = ALNUM + "-_"
LOWER = string.ascii_lowercase + string.digits
UPPER = string.ascii_uppercase + string.digits
HEX = "0123456789abcdef"

#: Service -> parts: what is literal, or (alphabet, count) to draw.
FORMS: dict[str, tuple[str | tuple[str, int], ...]] = {
    "telegram": (("123456789", 1), (string.digits, 9), ":AA", (URLSAFE, 32), (ALNUM, 1)),
    "aws": ("AKIA", ("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)),
    "github": ("ghp_", (ALNUM, 36)),
    "github server": ("ghs_", (ALNUM, 36)),
    "github fine": ("github_pat_", (ALNUM, 22), "_", (ALNUM, 59)),
    "gitlab": ("glpat-", (URLSAFE, 19), (ALNUM, 1)),
    "openai": ("sk-proj-", (URLSAFE, 73), (ALNUM, 1)),
    "openai old": ("sk-", (ALNUM, 20), "T3BlbkFJ", (ALNUM, 20)),
    "anthropic": ("sk-ant-api03-", (URLSAFE, 92), (ALNUM, 1), "AA"),
    "google": ("AIza", (URLSAFE, 34), (ALNUM, 1)),
    "google oauth": ("GOCSPX-", (URLSAFE, 27), (ALNUM, 1)),
    "slack bot": ("xoxb-", (string.digits, 12), "-", (string.digits, 12), "-", (ALNUM, 24)),
    "slack user": ("xoxp-", (string.digits, 11), "-", (string.digits, 11), "-", (string.digits, 12), "-", (HEX, 32)),
    "slack app": ("xapp-1-A", (UPPER, 10), "-", (string.digits, 13), "-", (HEX, 64)),
    "stripe": ("sk_live_", (ALNUM, 24)),
    "stripe restricted": ("rk_live_", (ALNUM, 24)),
    "sendgrid": ("SG.", (URLSAFE, 22), ".", (URLSAFE, 42), (ALNUM, 1)),
    "mailgun": ("key-", (HEX, 32)),
    "twilio": ("SK", (HEX, 32)),
    "npm": ("npm_", (ALNUM, 36)),
    "pypi": ("pypi-AgEIcHlwaS5vcmc", (URLSAFE, 84), (ALNUM, 1)),
    "huggingface": ("hf_", (string.ascii_letters, 34)),
    "replicate": ("r8_", (ALNUM, 37)),
    "digitalocean": ("dop_v1_", (HEX, 64)),
    "shopify": ("shpat_", (HEX, 32)),
    "discord": (("MNO", 1), (ALNUM, 23), ".", (ALNUM, 6), ".", (URLSAFE, 26), (ALNUM, 1)),
    "linear": ("lin_api_", (ALNUM, 40)),
    "notion": ("ntn_", (ALNUM, 46)),
    "vault": ("hvs.", (URLSAFE, 94), (ALNUM, 1)),
    "grafana": ("glsa_", (ALNUM, 32), "_", (HEX, 8)),
    "doppler": ("dp.pt.", (ALNUM, 43)),
    "databricks": ("dapi", (HEX, 32)),
    "groq": ("gsk_", (ALNUM, 52)),
    "vk": ("vk1.a.", (URLSAFE, 197), (ALNUM, 1)),
    "yandex": ("y0_", (URLSAFE, 54), (ALNUM, 1)),
    "yandex cloud": ("AQVN", (URLSAFE, 35), (ALNUM, 1)),
    "postman": ("PMAK-", (HEX, 24), "-", (HEX, 34)),
    "new relic": ("NRAK-", (UPPER, 27)),
    "azure devops style": ((LOWER, 52),),
    "aws secret": ((ALNUM + "+/", 39), (ALNUM, 1)),
    "hex key": ((HEX, 32),),
    "uuid key": ((HEX, 8), "-", (HEX, 4), "-4", (HEX, 3), "-a", (HEX, 3), "-", (HEX, 12)),
}
#: Told from any other string only by the word beside it.
NAMELESS = frozenset({"azure devops style", "aws secret", "hex key", "uuid key"})


def api_token(rng: random.Random, _: str) -> Value:
    if rng.random() < 0.05:
        return Value(_web_token(rng))
    service = "telegram" if rng.random() < 0.1 else rng.choice(list(FORMS))
    text = "".join(part if isinstance(part, str) else drawn(rng, *part) for part in FORMS[service])
    return Value(text, plain=service not in NAMELESS)


def _web_token(rng: random.Random) -> str:
    claims = ({"alg": "HS256", "typ": "JWT"}, {"sub": digits(rng, 8), "iat": int("17" + digits(rng, 8))})
    parts = [base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in claims]
    return ".".join([*parts, drawn(rng, URLSAFE, 42) + drawn(rng, ALNUM, 1)])
