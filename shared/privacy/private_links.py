"""Links that open something private: invitations, shared documents, meetings, addresses with a secret in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qsl, urlsplit

from shared.privacy.masking import Span, mask

_SCHEMES = (
    r"https?|ftps?|sftp|tg|ssh|rtsps?|wss?|smb|vnc|amqps?|postgres(?:ql)?|mysql|mariadb|mssql|rediss?|"
    r"mongodb(?:\+srv)?|socks5|vless|vmess|ss|trojan"
)
URL = re.compile(rf"(?<![A-Za-z])(?:{_SCHEMES}|HTTPS?|Https?)://[^\s<>\"«»]+")
#: Of links without a scheme only those to places where much is private.
BARE = re.compile(
    r"(?i)(?<![\w@./-])(?=(?:www\.|t\.me/|telegram\.(?:me|dog)/|chat\.whatsapp\.com/|wa\.me/|discord\.(?:gg|com)/|"
    r"invite\.\w+\.\w+/|"
    r"(?:docs|drive|meet|calendar|forms|photos|maps)\.(?:google|app)\.\w+/|forms\.gle/|goo\.gl/|"
    r"(?:[\w-]{1,20}\.)?zoom\.us/|"
    r"teams\.(?:microsoft|live)\.com/|join\.(?:slack|skype)\.com/|signal\.group/|vk\.(?:me|com)/|m\.me/j/|"
    r"telemost\.yandex\.\w+/|"
    r"disk\.yandex\.\w+/|yadi\.sk/|cloud\.mail\.ru/|meet\.jit\.si/|whereby\.com/|we\.tl/|1drv\.ms/|dropbox\.com/|"
    r"hooks\.slack\.com/|"
    r"api\.telegram\.org/|line\.me/|mega\.nz/|[\w-]{1,40}\.webex\.com/|icloud\.com/|"
    r"[\w-]{1,40}\.sharepoint\.com/))[^\s<>\"«»]+"
)
HOSTS = (
    "www.", "t.me/", "telegram.", "whatsapp.", "wa.me/", "discord.", "invite.", "google.", ".app.", "forms.gle",
    "goo.gl", "zoom.us", "teams.",
    "join.", "signal.", "vk.", "m.me/", "yandex.", "yadi.sk", "cloud.mail", "jit.si", "whereby.", "we.tl", "1drv.",
    "dropbox.", "slack.", "line.me",
    "mega.nz", "webex.", "icloud.", "sharepoint.", "T.me/",
)  # fmt: skip
EDGE = ".,;:!?)]}'*_…"
#: Host (or its end) and the start of the path that make a link private.
PLACES = (
    ("t.me", ("/+", "/joinchat/", "/c/", "/addlist/", "/proxy", "/socks")),
    ("telegram.me", ("/+", "/joinchat/", "/addlist/")),
    ("telegram.dog", ("/+", "/joinchat/", "/addlist/")),
    ("api.telegram.org", ("/bot", "/file/bot")),
    ("docs.google.com", ("/",)),
    ("drive.google.com", ("/",)),
    ("calendar.google.com", ("/",)),
    ("photos.google.com", ("/share/",)),
    ("photos.app.goo.gl", ("/",)),
    ("maps.app.goo.gl", ("/",)),
    ("goo.gl", ("/maps/",)),
    ("forms.gle", ("/",)),
    ("meet.google.com", ("/",)),
    ("chat.whatsapp.com", ("/",)),
    ("wa.me", ("/",)),
    ("signal.group", ("/",)),
    ("signal.me", ("/",)),
    ("invite.viber.com", ("/",)),
    ("line.me", ("/R/ti/", "/ti/")),
    ("m.me", ("/j/",)),
    ("vk.me", ("/join/",)),
    ("vk.com", ("/call/join/", "/im")),
    ("zoom.us", ("/j/", "/my/", "/s/", "/w/", "/wc/", "/rec/", "/meeting/")),
    ("teams.microsoft.com", ("/l/", "/meet/")),
    ("teams.live.com", ("/meet/", "/l/")),
    ("webex.com", ("/meet/", "/join/", "/m/", "/j.php", "/wbxmjs/")),
    ("join.skype.com", ("/",)),
    ("meet.jit.si", ("/",)),
    ("whereby.com", ("/",)),
    ("telemost.yandex.ru", ("/j/",)),
    ("discord.gg", ("/",)),
    ("discord.com", ("/invite/", "/api/webhooks/")),
    ("discordapp.com", ("/invite/", "/api/webhooks/")),
    ("slack.com", ("/t/", "/services/", "/workflows/", "/triggers/")),
    ("webhook.office.com", ("/",)),
    ("dropbox.com", ("/s/", "/sh/", "/scl/", "/t/", "/request/")),
    ("1drv.ms", ("/",)),
    ("onedrive.live.com", ("/",)),
    ("sharepoint.com", ("/",)),
    ("icloud.com", ("/",)),
    ("box.com", ("/s/",)),
    ("mega.nz", ("/file/", "/folder/", "/#")),
    ("wetransfer.com", ("/downloads/",)),
    ("we.tl", ("/",)),
    ("disk.yandex.ru", ("/d/", "/i/", "/client/")),
    ("disk.yandex.com", ("/d/", "/i/")),
    ("yadi.sk", ("/",)),
    ("cloud.mail.ru", ("/public/",)),
    ("trello.com", ("/invite/",)),
    ("figma.com", ("/file/", "/design/", "/board/", "/team_invite/")),
    ("miro.com", ("/app/board/", "/welcomeonboard/")),
    ("github.com", ("/orgs/invite", "/settings/")),
)
SECRET_PARAMETERS = frozenset({
    "token", "access_token", "refresh_token", "id_token", "auth", "authkey", "key", "api_key", "apikey", "api-key",
    "appid", "pwd", "password", "pass",
    "passwd", "passcode", "secret", "client_secret", "sig", "signature", "code", "invite", "invitation", "share",
    "session", "sessionid", "session_id",
    "sid", "jwt", "otp", "reset", "confirm", "x-amz-signature", "x-amz-credential", "x-amz-security-token", "ticket",
    "magic", "hash", "private_token",
})  # fmt: skip
#: Parts of a path behind which a secret stands: a reset of a password, a confirmation.
SECRET_PATH = re.compile(
    r"(?i)/(?:invite|invitation|join|reset(?:[-_]password)?|magic(?:-?link)?|verify|confirm|unsubscribe|share[d]?|"
    r"token)/[\w~.=-]{8,}"
)
#: A place on a map, a mailbox or a telephone number in a link is what it is outside of one.
CARRIED = re.compile(
    r"[@=,/!]-?\d{1,3}\.\d{3,},\s?-?\d{1,3}\.\d{3,}|[?&=/:][\w.+%-]{1,64}(?:@|%40)[\w-]{1,63}\.[a-z]{2,}(?:[&/?#]|$)|"
    r"[?&](?:phone|tel)=%?\+?\d{9,}|!3d-?\d{1,3}\.\d{3,}!4d"
)
SIGNED = re.compile(r"[A-Za-z0-9+/_=-]{8,}")


class PrivateLinkMasker:
    def find(self, text: str) -> Iterator[Span]:
        return (span for span, private in links(text) if private)


def links(text: str) -> Iterator[tuple[Span, bool]]:
    """Every link, and whether it is private."""
    if "/" not in text:
        return
    for pattern in (URL, BARE) if any(host in text for host in HOSTS) else (URL,):
        for match in pattern.finditer(text):
            link = match[0].rstrip(EDGE)
            yield mask("link", match.start(), match.start() + len(link)), is_private(link)


def is_private(link: str) -> bool:
    """Whether whoever has the link has more than a public page."""
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
        host = (parts.hostname or "").lower()
    except ValueError:
        return "@" in link
    if parts.scheme == "tg":
        return host in ("join", "resolve", "user", "proxy", "socks", "addlist", "login") or "invite" in parts.query
    if parts.scheme in ("vless", "vmess", "ss", "trojan"):
        return True
    secret = "@" in parts.netloc or _is_place(host, parts.path, parts.fragment) or _has_secret(parts)
    return secret or SECRET_PATH.search(parts.path) is not None or CARRIED.search(link) is not None


def _is_place(host: str, path: str, fragment: str) -> bool:
    path = path if len(path) > 1 or not fragment else f"{path}#{fragment}"
    for place, starts in PLACES:
        if host == place or host.endswith("." + place):
            return any(path.startswith(start) and len(path) > len(start) - (start == "/") for start in starts)
    return False


def _has_secret(parts: SplitResult) -> bool:
    pairs = parse_qsl(parts.query) + parse_qsl(parts.fragment)
    return any(name.lower() in SECRET_PARAMETERS and len(value) >= 4 for name, value in pairs)
