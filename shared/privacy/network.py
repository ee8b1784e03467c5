"""Addresses of machines: IP of both versions and MAC. Versions of software, masks and loopbacks are none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from shared.privacy.cues import Cue
from shared.privacy.masking import Span, mask

V4 = re.compile(r"(?<![\w.-])(?<!\d,)((?:\d{1,3}\.){3}\d{1,3})(?::\d{1,5}|/\d{1,2})?(?![\w]|\.\d|-\d)")
V6 = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:[0-9A-Fa-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])")
MAC = re.compile(
    r"(?<![\w:-])(?:[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}|"
    r"(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4})(?![\w:-])"
)
BARE_MAC = re.compile(r"(?<!\w)[0-9A-Fa-f]{12}(?!\w)")
CUE = Cue(
    r"ip(?:v[46])?",
    r"айпи\w*",
    r"айпишник\w*",
    r"ип",
    r"address",
    r"адрес\w*",
    r"adresse",
    r"server\w*",
    r"сервер\w*",
    r"host\w*",
    r"хост\w*",
    r"ssh",
    r"ping\w*",
    r"пинг\w*",
    r"vpn",
    r"впн",
    r"dns",
    r"proxy",
)
MAC_CUE = Cue(r"mac(?:[ -]address|[ -]?adresse|[ -]адрес)?", r"мак(?:[ -]адрес\w*)?")
VERSION = Cue(r"v", r"ver\.?", r"versions?", r"верси\w+", r"release", r"релиз\w*", r"build", r"firmware",
    r"прошивк\w+", r"driver", r"update", r"обновлени\w+", r"sdk", r"chrome", r"windows", r"ios", r"android",
    r"пункт\w*", r"п", r"section", r"chapter", r"abschnitt", r"kapitel", r"раздел\w*", r"глав\w*")  # fmt: skip
#: Every octet of a version or of a chapter is small; of a real address hardly ever all four.
SMALL = 20


class NetworkMasker:
    def find(self, text: str) -> Iterator[Span]:
        if text.count(".") > 2:
            for match in V4.finditer(text):
                if _is_v4(text, match):
                    yield mask("ip", *match.span())
        if text.count(":") > 1:
            for match in V6.finditer(text):
                if _is_v6(match[0]):
                    yield mask("ip", *match.span())
        if text.count(":") > 4 or text.count("-") > 4 or text.count(".") > 1:
            for match in MAC.finditer(text):
                yield mask("mac", *match.span())
        if "mac" in text.lower() or "мак" in text.lower():
            for match in BARE_MAC.finditer(text):
                if MAC_CUE.before(text, match.start(), 20):
                    yield mask("mac", *match.span())


def _is_v4(text: str, match: re.Match[str]) -> bool:
    try:
        address = IPv4Address(match[1])
    except AddressValueError:
        return False
    octets = [*map(int, match[1].split("."))]
    if (
        address.is_loopback
        or address.is_unspecified
        or octets[:2] == [255, 255]
        or VERSION.before(text, match.start(), 12)
    ):
        return False
    return max(octets) >= SMALL or octets[0] == 10 or CUE.beside(text, *match.span(), before=25, after=12)


def _is_v6(written: str) -> bool:
    try:
        address = IPv6Address(written)
    except AddressValueError:
        return False
    groups = [group for group in written.split(":") if group]
    return not address.is_loopback and len(groups) > 1 and any(map(str.isdigit, written))
