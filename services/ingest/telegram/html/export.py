"""Reads an HTML export: one chat's pages, those of several chats, or a whole account's; one page at a time."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from services.ingest.telegram.html import lists
from services.ingest.telegram.html.chats import Chats
from services.ingest.telegram.html.messages import raw_messages
from services.ingest.telegram.html.pages import WHOLE, Page, parse, parse_messages
from services.ingest.telegram.items import Account, Contact, Item, RawMessages
from services.ingest.telegram.naming import Directory, id_in
from shared.errors import Invalid

PAGE = re.compile(r"messages([1-9]\d{0,6})?\.html")


class Pages(Protocol):
    """The files of an export."""

    @property
    def name(self) -> str:
        """What the export is called in errors."""

    @property
    def names(self) -> Collection[str]:
        """Their paths."""

    def read(self, path: str) -> bytes:
        """A page.

        Raises:
            Invalid: it cannot be read, or is too large.
        """


def page_number(path: str) -> int | None:
    """Which page of its chat it is, from 1; ``None`` where it is none."""
    found = PAGE.fullmatch(posixpath.basename(path))
    return int(found[1] or 1) if found else None


@dataclass
class HtmlExport:
    """Iterate over an export. The chats come in the order of their folders.

    Raises (while iterating):
        Invalid: a page cannot be read, or one that another page refers to is missing.
    """

    pages: Pages
    directory: Directory = field(default_factory=Directory)
    position: int = 0
    tells_less: ClassVar[bool] = True

    def __iter__(self) -> Iterator[Item]:
        starts = [path for path in self.pages.names if posixpath.basename(path) == lists.START]
        if len(starts) > 1:
            raise Invalid(f"{self.pages.name} holds {len(starts)} exports.", hint="Import them one by one.")
        root = posixpath.dirname(starts[0]) if starts else ""
        yield from self._contacts(posixpath.join(root, lists.CONTACTS))
        account = self._account(starts[0]) if starts else None
        if account:
            yield account
        listed = self._listed(root)
        names = Counter((one.name, one.kind) for one in listed.values())
        chats = Chats(self.directory, account, {key for key, count in names.items() if count > 1})
        for folder, paths in sorted(self._folders().items()):
            yield from self._chat(paths, chats, listed.get(folder))

    def _account(self, path: str) -> Account | None:
        about = lists.personal_information(self._parse(path))
        first, last = about.get("First name", ""), about.get("Last name", "")
        name = f"{first} {last}".strip()
        return Account(id_in(self.directory.peer(name)), first, last, about.get("Username", "")) if name else None

    def _contacts(self, path: str) -> Iterator[Item]:
        """The address book. Whom it has with their id is known by that from here on."""
        if path not in self.pages.names:
            return
        named = [(name, number) for name, number in lists.contacts(self._parse(path)) if name]
        self.directory = self.directory.knowing((name, f"user{number}") for name, number in named if number)
        for name, number in named:
            first, _, last = name.partition(" ")
            yield Contact(number or id_in(self.directory.peer(name)), first, last)

    def _listed(self, root: str) -> dict[str, lists.Listed]:
        """The chats that the account lists, by folder."""
        path = posixpath.join(root, lists.CHATS)
        if path not in self.pages.names:
            return {}
        found = lists.chats(self._parse(path))
        return {posixpath.join(root, posixpath.dirname(page)): one for page, one in found.items()}

    def _folders(self) -> dict[str, list[tuple[int, str]]]:
        """The numbered pages of each folder."""
        found: dict[str, list[tuple[int, str]]] = {}
        for path in self.pages.names:
            if number := page_number(path):
                found.setdefault(posixpath.dirname(path), []).append((number, path))
        return found

    def _chat(self, paths: list[tuple[int, str]], chats: Chats, listed: lists.Listed | None) -> Iterator[Item]:
        there = {number for number, _ in paths}
        chat = None
        for number, path in sorted(paths):
            page = self._messages(path, number, there)
            values = list(raw_messages(page))
            if chat is None:
                yield (chat := chats.identify(page.title, values, listed))
            yield RawMessages(chat.id, [chats.sign(chat, page.title, value) for value in values])

    def _messages(self, path: str, number: int, there: Collection[int]) -> Page:
        page = parse_messages(self._read(path), self._called(path))
        for wanted, needed in ((number - 1, page.back), (number + 1, page.ahead)):
            if needed and wanted not in there:
                missing = f"messages{wanted if wanted > 1 else ''}.html" if wanted else "a page before it"
                raise Invalid(f"{self._called(path)} goes on in {missing}, which is missing.", hint=WHOLE)
        return page

    def _parse(self, path: str) -> object:
        return parse(self._read(path), self._called(path))

    def _called(self, path: str) -> str:
        return f"{path} in {self.pages.name}" if len(self.pages.names) > 1 else self.pages.name

    def _read(self, path: str) -> bytes:
        data = self.pages.read(path)
        self.position += len(data)
        return data
