"""What an account's export says about itself: whose it is, the address book, and the chats by folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from services.ingest.telegram.html.pages import every, first, linked, text_in

START, CHATS, CONTACTS = "export_results.html", "lists/chats.html", "lists/contacts.html"
ID = re.compile(r"ID: (\d{1,15})")


@dataclass(frozen=True)
class Listed:
    """A chat in the list of chats. ``kind``: private, bot, group or channel."""

    name: str
    kind: str


def personal_information(root: Any) -> dict[str, str]:
    """The rows about the owner by their labels, such as ``First name``."""
    about = first(root, "personal_info")
    rows = [] if about is None else every(about, "row")
    return {text_in(row, "label"): text_in(row, "value") for row in rows}


def contacts(root: Any) -> Iterator[tuple[str, int | None]]:
    """Names and, where Telegram Desktop writes them, ids."""
    for entry in every(root, "entry"):
        initials = first(entry, "initials")
        known = None if initials is None else ID.fullmatch(initials.get("title") or "")
        yield text_in(entry, "name"), int(known[1]) if known else None


def chats(root: Any) -> dict[str, Listed]:
    """By the path of their first page in the export."""
    return {
        page: Listed(text_in(entry, "name"), text_in(entry, "info"))
        for entry in every(root, "entry")
        if (page := linked(entry))
    }
