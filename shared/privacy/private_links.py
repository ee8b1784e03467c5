"""Links that open something private: invitations, shared documents, meetings, addresses with a secret in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qsl, urlsplit

from shared.privacy.masking import Span, mask

URL = re.compile(
    r"(?i)(?:\b(?:https?|ftp|tg|ssh|postgres(?:ql)?|mysql|redis|mongodb(?:\+srv)?)://|\b(?=(?:www\.|t\.me/|telegram\.me/|"
    r"chat\.whatsapp\.com/|wa\.me/|discord\.gg/|(?:docs|drive|meet)\.google\.com/|(?:\w+\.)?zoom\.us/)))[^\s<>\"«»]+"
)
EDGE = ".,;:!?)]}'*_…"
#: Host (or its end) and the start of the path that make a link private.
PLACES = (
    ("t.me", ("/+", "/joinchat/", "/c/")),
    ("telegram.me", ("/+", "/joinchat/")),
    ("telegram.dog", ("/+", "/joinchat/")),
    ("docs.google.com", ("/",)),
    ("drive.google.com", ("/",)),
    ("photos.app.goo.gl", ("/",)),
    ("meet.google.com", ("/",)),
    ("chat.whatsapp.com", ("/",)),
    ("wa.me", ("/",)),
    ("zoom.us", ("/j/", "/my/", "/s/", "/w/")),
    ("teams.microsoft.com", ("/l/",)),
    ("discord.gg", ("/",)),
    ("discord.com", ("/invite/",)),
    ("dropbox.com", ("/s/", "/sh/", "/scl/")),
    ("1drv.ms", ("/",)),
    ("sharepoint.com", ("/",)),
    ("icloud.com", ("/",)),
    ("wetransfer.com", ("/downloads/",)),
    ("we.tl", ("/",)),
    ("disk.yandex.ru", ("/d/", "/i/")),
    ("yadi.sk", ("/",)),
)
SECRET_PARAMETERS = frozenset({
    "token", "access_token", "auth", "key", "api_key", "apikey", "pwd", "password", "pass", "secret", "sig",
    "signature", "code", "invite", "share", "session", "sid",
})  # fmt: skip


class PrivateLinkMasker:
    def find(self, text: str) -> Iterator[Span]:
        if "/" not in text:
            return
        for match in URL.finditer(text):
            link = match[0].rstrip(EDGE)
            if is_private(link):
                yield mask("link", match.start(), match.start() + len(link))


def is_private(link: str) -> bool:
    """Whether whoever has the link has more than a public page."""
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
        host = (parts.hostname or "").lower()
    except ValueError:
        return True
    if parts.scheme == "tg":
        return host in ("join", "resolve", "user") or "invite" in parts.query
    return "@" in parts.netloc or _is_place(host, parts.path) or _has_secret(parts)


def _is_place(host: str, path: str) -> bool:
    for place, starts in PLACES:
        if host == place or host.endswith("." + place):
            return any(path.startswith(start) and len(path) > len(start) - (start == "/") for start in starts)
    return False


def _has_secret(parts: SplitResult) -> bool:
    pairs = parse_qsl(parts.query) + parse_qsl(parts.fragment)
    return any(name.lower() in SECRET_PARAMETERS and len(value) >= 6 for name, value in pairs)
