"""A persona's export as ingest reads and cleans it, without the database between. The one place that knows how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.privacy.real import data_folder
from services.ingest.cleaning.cleaner import Cleaner
from services.ingest.cleaning.names import Known
from services.ingest.dataset.exchanges import DIALOGUES
from services.ingest.repository.consented import ReadMessage
from services.ingest.telegram.items import Account, ExportedChat, RawMessages
from services.ingest.telegram.message import Message, Refused, parse_message
from services.ingest.telegram.opening import open_export
from shared.errors import NotFound

PERSONAS = ("sitelew", "socrates", "lovell")


@dataclass(frozen=True)
class Chat:
    """``messages`` are clean and oldest first; everybody in them has consented."""

    id: int
    type: str
    messages: Sequence[ReadMessage]


@dataclass(frozen=True)
class History:
    """One part of a persona's chats. ``owner`` is a person's number, ``pseudonyms`` are everybody's."""

    first_name: str
    owner: int
    chats: Sequence[Chat]
    pseudonyms: dict[int, str]


def exports(persona: str) -> tuple[Path, Path]:
    """The export to learn from, and the one that nobody learns from.

    Raises:
        NotFound: there is no such persona, or nowhere to look for one.
    """
    folder = data_folder(f"personas/{persona}")
    if folder is None:
        raise NotFound(f"There is no persona {persona}.", hint="Set ANSELM_TEST_DATA to a folder with personas/ in it.")
    return folder / "result_train.json", folder / "result_valid.json"


def read_history(export: Path) -> History:
    """Names that are in the export are masked, and what is private in itself; strangers' names are not looked for."""
    account, chats, names = _read(export)
    numbers = {sender: number for number, sender in enumerate(sorted(names), 1)}
    owner = f"user{account.user_id}"
    people = [
        Known(f"user_{number:04x}", tuple(sorted(names[sender])), keep=_kept(account, sender == owner))
        for sender, number in numbers.items()
    ]
    cleaner = Cleaner.of(people)
    clean = [
        Chat(chat.id, chat.type, [_clean(message, numbers, cleaner) for message in messages])
        for chat, messages in chats
        if chat.type in DIALOGUES
    ]
    return History(account.first_name, numbers[owner], clean, {n: f"user_{n:04x}" for n in numbers.values()})


def _kept(account: Account, own: bool) -> frozenset[str]:
    return frozenset({account.first_name} if own else ())


def _read(export: Path) -> tuple[Account, list[tuple[ExportedChat, list[Message]]], dict[str, set[str]]]:
    account: Account | None = None
    chats: list[tuple[ExportedChat, list[Message]]] = []
    names: dict[str, set[str]] = {}
    with open_export(export) as reader:
        for item in reader:
            if isinstance(item, Account):
                account = item
            elif isinstance(item, ExportedChat):
                chats.append((item, []))
            elif isinstance(item, RawMessages):
                for raw in item.values:
                    message = _parsed(item.chat, raw)
                    if message is not None:
                        chats[-1][1].append(message)
                        names.setdefault(message.sender, set()).add(_sender_name(raw))
    assert account is not None
    return account, chats, names


def _parsed(chat: int, raw: object) -> Message | None:
    try:
        found = parse_message(chat, raw)
    except Refused:
        return None
    return found if isinstance(found, Message) else None


def _sender_name(raw: object) -> str:
    return str(raw.get("from") or "") if isinstance(raw, dict) else ""


def _clean(message: Message, numbers: dict[str, int], cleaner: Cleaner) -> ReadMessage:
    return ReadMessage(
        id=message.id,
        at=datetime.fromtimestamp(message.at, UTC),
        sender=numbers[message.sender],
        text=cleaner.clean(message.text).text,
        reply_to=message.reply_to,
        topic=None,
        forwarded=message.forwarded,
        via_bot=message.via_bot,
        media=message.media,
    )
