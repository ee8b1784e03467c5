"""One page of an export: parsed, and looked at by class, which is how Telegram Desktop says what something is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from shared.errors import Invalid

#: A page has a thousand messages at most, which is rarely more than two megabytes.
LARGEST_PAGE = 64 << 20
#: Telegram Desktop breaks the line behind a tag that opens a block, and before the one that closes it.
MARGIN = re.compile(r"\A\n|\n *\Z")
HEADER, HISTORY, PAGINATION = "page_header", "history", "pagination"
WHOLE = "Pack the whole folder that Telegram Desktop made into a .zip, or give the folder itself to anselm import."


@dataclass(frozen=True)
class Page:
    """A page of messages. ``title`` stands at its top; ``back`` and ``ahead``: are there pages before it, or after?"""

    title: str
    history: Any
    back: bool
    ahead: bool

    def messages(self) -> Iterator[Any]:
        return (one for one in self.history if "message" in classes(one))


def parse(data: bytes, name: str) -> Any:
    """The root of a page. Line breaks are newlines in its text.

    Raises:
        Invalid: too large, cut short, or nothing that Telegram Desktop writes.
    """
    if len(data) > LARGEST_PAGE:
        raise Invalid(f"{name} is larger than {LARGEST_PAGE:,} bytes, which no page of an export is.")
    if not data.rstrip().endswith(b"</html>"):
        raise Invalid(f"{name} is cut short: it does not end with </html>.", hint="Copy or export it again.")
    clean = data.decode("utf-8", "replace").replace("\0", "").replace("<br>", "<br>\n").encode()
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(clean, parser)
    except (etree.LxmlError, ValueError):
        root = None
    if root is None or first(root, HEADER) is None:
        raise Invalid(f"{name} is HTML, but no page of an export of Telegram Desktop.")
    return root


def parse_messages(data: bytes, name: str) -> Page:
    """A page of messages.

    Raises:
        Invalid: as ``parse``, or it is another page of an export.
    """
    root = parse(data, name)
    history = first(root, HISTORY)
    if history is None:
        raise Invalid(f"{name} is a page of an export, but none with messages.", hint=WHOLE)
    links = ["".join(link.itertext()).strip() for link in history if PAGINATION in classes(link)]
    title = text(first(root, HEADER)).strip()
    return Page(title, history, "Previous messages" in links, "Next messages" in links)


def classes(element: Any) -> list[str]:
    return (element.get("class") or "").split()


def every(element: Any, name: str) -> Iterator[Any]:
    """The elements of a class inside another, in their order."""
    return (inner for inner in element.iterdescendants() if name in classes(inner))


def first(element: Any, name: str) -> Any:
    """The first element of a class inside another, or ``None``."""
    return next(every(element, name), None)


def text(element: Any) -> str:
    """What is written in an element, without what only lays it out; nothing where there is no element."""
    return "" if element is None else MARGIN.sub("", "".join(element.itertext()))


def text_in(element: Any, name: str) -> str:
    """What is written in the first element of a class inside another, on one line."""
    return text(first(element, name)).strip()


def linked(element: Any) -> str | None:
    """The file that a link leads to, by its path in the export; ``None`` where it leads to none."""
    target = element.get("href") or ""
    return re.sub(r"\A(?:\.\./)+", "", target.partition("#")[0]) or None
