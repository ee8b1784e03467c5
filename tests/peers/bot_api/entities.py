"""Message entities: what ``parse_mode=HTML`` makes of a text, and what Telegram finds by itself in a tester's."""

from __future__ import annotations

import html
import re
from typing import Any

from tests.peers.bot_api.errors import ApiError, bad_request

Entity = dict[str, Any]

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "blockquote": "blockquote",
}
TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][\w-]*)(?P<rest>[^<>]*)>")
HREF = re.compile(r"""href\s*=\s*["']?([^"'>\s]+)""")
FOUND = re.compile(r"(?<![\w/@])(?:(?P<bot_command>/\w{1,64}(?:@\w+)?)|(?P<mention>@\w{3,32}))")


def utf16(text: str) -> int:
    """Length as Telegram counts offsets: in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """The text without its tags, and the entities.

    Raises:
        ApiError: "can't parse entities", when a tag is unknown, is not closed, or closes another.
    """
    text, entities, position = "", [], 0
    stack: list[tuple[str, int, str]] = []
    for tag in TAG.finditer(source):
        text += _plain(source[position : tag.start()], position)
        position = tag.end()
        name = tag["name"].lower()
        if not tag["end"]:
            if name not in TAGS:
                raise _cannot_parse(f'Unsupported start tag "{name}" at byte offset {_bytes(source, tag.start())}')
            stack.append((name, utf16(text), tag["rest"]))
            continue
        if not stack:
            raise _cannot_parse(f"Unexpected end tag at byte offset {_bytes(source, tag.start())}")
        opened, start, rest = stack.pop()
        if name != opened:
            where = _bytes(source, tag.start())
            raise _cannot_parse(f'Unmatched end tag at byte offset {where}, expected "</{opened}>", found "</{name}>"')
        entity: Entity = {"type": TAGS[name], "offset": start, "length": utf16(text) - start}
        if name == "a" and (href := HREF.search(rest)):
            entity["url"] = href[1]
        entities.append(entity)
    text += _plain(source[position:], position)
    if stack:
        raise _cannot_parse(f'Can\'t find end tag corresponding to start tag "{stack[-1][0]}"')
    return text, sorted((e for e in entities if e["length"]), key=lambda e: e["offset"])


def find_entities(text: str) -> list[Entity]:
    """Commands and mentions in what a tester wrote."""
    return [
        {"type": str(match.lastgroup), "offset": utf16(text[: match.start()]), "length": utf16(match[0])}
        for match in FOUND.finditer(text)
    ]


def _plain(piece: str, offset: int) -> str:
    if (at := piece.find("<")) >= 0:
        raise _cannot_parse(f"Unclosed start tag at byte offset {offset + _bytes(piece, at)}")
    return html.unescape(piece)


def _bytes(text: str, characters: int) -> int:
    return len(text[:characters].encode())


def _cannot_parse(why: str) -> ApiError:
    return bad_request(f"can't parse entities: {why}")
