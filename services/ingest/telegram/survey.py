"""The first pass over an export: who and what is in it, what is refused, and every valid message in a spool file.

Nothing is stored before this pass has seen the last byte, so a broken file leaves nothing behind. The spool never
changes once it is there: an offset into it is a cursor that survives a kill.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from services.ingest.telegram.items import Account, Contact, ExportedChat, RawMessages, Reader
from services.ingest.telegram.message import Refused, Service, parse_message
from services.ingest.telegram.opening import open_export
from shared.errors import Invalid

SPOOL, SURVEY = "messages.jsonl", "survey.json"
EXAMPLES_A_REASON = 3
DAY = 86_400


@dataclass
class Profile:
    """A person as the export knows them. ``names`` are display names and nicknames, in the order met."""

    names: list[str] = field(default_factory=list)
    first_name: str = ""
    username: str = ""

    def add(self, name: object) -> None:
        if isinstance(name, str) and name.strip() and name not in self.names:
            self.names.append(name)


@dataclass
class Survey:
    """What the first pass found.

    Attributes:
        senders: messages by chat and peer.
        topics: titles by chat and number.
        days: messages by day, counted from 1970 in UTC.
        tells_less: see ``Reader``.
        read: all elements of ``messages``; ``accepted`` those that can be stored, ``service`` by what happened.
    """

    account: Account | None = None
    chats: dict[int, ExportedChat] = field(default_factory=dict)
    people: dict[str, Profile] = field(default_factory=dict)
    senders: dict[int, dict[str, int]] = field(default_factory=dict)
    topics: dict[int, dict[int, str]] = field(default_factory=dict)
    days: dict[int, int] = field(default_factory=dict)
    tells_less: bool = False
    read: int = 0
    accepted: int = 0
    service: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    refused_examples: list[dict[str, object]] = field(default_factory=list)

    @property
    def months(self) -> dict[str, int]:
        """Messages by ``2024-03``, in order."""
        found: dict[str, int] = {}
        for day, count in sorted(self.days.items()):
            month = time.strftime("%Y-%m", time.gmtime(day * DAY))
            found[month] = found.get(month, 0) + count
        return found

    def without(self, chats: Collection[int]) -> Survey:
        """The same as if these chats were not there; their messages are still in the spool."""
        return replace(
            self,
            chats={number: chat for number, chat in self.chats.items() if number not in chats},
            senders={number: counts for number, counts in self.senders.items() if number not in chats},
            topics={number: titles for number, titles in self.topics.items() if number not in chats},
            refused_examples=[one for one in self.refused_examples if int(str(one["chat"])) not in chats],
        )

    def profile(self, peer: str) -> Profile:
        return self.people.setdefault(peer, Profile())

    def refuse(self, chat: int, raw: object, refused: Refused) -> None:
        count = self.refused[refused.reason] = self.refused.get(refused.reason, 0) + 1
        if count <= EXAMPLES_A_REASON:
            number = raw.get("id") if isinstance(raw, dict) else None
            number = number if isinstance(number, int) else None
            example: dict[str, object] = {
                "chat": str(chat),
                "message_id": number,
                "reason": refused.reason,
                "field": refused.field,
            }
            self.refused_examples.append(example)


def survey_export(
    export: Path,
    folder: Path,
    on_progress: Callable[[int], None] = lambda _: None,
    opened: Callable[[Path], AbstractContextManager[Reader]] = open_export,
) -> Survey:
    """Read the export once, write the spool and the survey into ``folder``; a repetition returns what stands there.

    Args:
        on_progress: called with the bytes read so far.

    Raises:
        Invalid: the file cannot be read to its end as an export, or holds no message that can be taken.
    """
    if (folder / SURVEY).exists():
        return _load(folder / SURVEY)
    scratch = folder / f".{SPOOL}.{os.getpid()}"
    try:
        with opened(export) as reader, scratch.open("wb") as spool:
            survey = _pass(reader, spool, on_progress)
            spool.flush()
            os.fsync(spool.fileno())
        if survey.accepted == 0 and not (survey.account and survey.account.logged_in):
            raise _nothing(export.name, survey)
        scratch.replace(folder / SPOOL)
    finally:
        scratch.unlink(missing_ok=True)
    _save(survey, folder / SURVEY)
    return survey


def read_spool(folder: Path, offset: int) -> Iterator[bytes]:
    """The lines from a byte offset on; each is the JSON of a ``Message``."""
    with (folder / SPOOL).open("rb") as spool:
        spool.seek(offset)
        yield from spool


def _pass(reader: Reader, spool: BinaryIO, on_progress: Callable[[int], None]) -> Survey:
    survey = Survey(tells_less=reader.tells_less)
    for item in reader:
        match item:
            case RawMessages(chat, values):
                spool.write(b"".join(_taken(survey, chat, values)))
                on_progress(reader.position)
            case ExportedChat():
                survey.chats[item.id] = item
                survey.senders.setdefault(item.id, {})
            case Account():
                survey.account = item
                _describe(survey.profile(f"user{item.user_id}"), item)
            case Contact():
                _describe(survey.profile(f"user{item.user_id}"), item)
    on_progress(reader.position)
    return survey


def _taken(survey: Survey, chat: int, values: Iterable[object]) -> Iterator[bytes]:
    """Count a run of messages, and give the line of each that can be stored."""
    senders, days = survey.senders[chat], survey.days
    for raw in values:
        survey.read += 1
        try:
            message = parse_message(chat, raw)
        except Refused as refused:
            survey.refuse(chat, raw, refused)
            continue
        if isinstance(message, Service):
            _note(survey, chat, message)
            continue
        sender, day = message.sender, message.at // DAY
        senders[sender] = senders.get(sender, 0) + 1
        days[day] = days.get(day, 0) + 1
        survey.accepted += 1
        _name(survey, sender, raw)  # type: ignore[arg-type]
        yield orjson.dumps(tuple(message), option=orjson.OPT_APPEND_NEWLINE)


def _name(survey: Survey, sender: str, raw: dict[str, Any]) -> None:
    """Whom the message names: its sender, and whoever is mentioned by a nickname, which carries their id."""
    profile, name = survey.people.get(sender), raw.get("from")
    if profile is None or profile.names[-1:] != [name]:
        survey.profile(sender).add(name)
    entities = raw.get("text_entities")
    for entity in entities if isinstance(entities, list) else ():
        if isinstance(entity, dict) and entity.get("type") == "mention_name" and isinstance(entity.get("user_id"), int):
            survey.profile(f"user{entity['user_id']}").add(entity.get("text"))


def _note(survey: Survey, chat: int, service: Service) -> None:
    survey.service[service.action] = survey.service.get(service.action, 0) + 1
    if service.id is not None and service.title is not None:
        survey.topics.setdefault(chat, {})[service.id] = service.title


def _describe(profile: Profile, who: Account | Contact) -> None:
    profile.add(f"{who.first_name} {who.last_name}".strip())
    profile.first_name = who.first_name
    if isinstance(who, Account):
        profile.username = who.username.lstrip("@")


def _nothing(name: str, survey: Survey) -> Invalid:
    if survey.read == 0:
        return Invalid(f"{name} holds no messages.", hint="Choose at least one chat when you export.")
    counts = {"service messages": sum(survey.service.values()), **survey.refused}
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in counts.items() if count)
    return Invalid(
        f"{name}: none of its {survey.read:,} messages can be taken ({reasons}).",
        hint="Is it complete, and made by Telegram Desktop?",
    )


def _save(survey: Survey, file: Path) -> None:
    scratch = file.with_name(f".{file.name}.{os.getpid()}")
    scratch.write_bytes(orjson.dumps(asdict(survey), option=orjson.OPT_NON_STR_KEYS))
    scratch.replace(file)


def _load(file: Path) -> Survey:
    raw = orjson.loads(file.read_bytes())
    raw["account"] = Account(**raw["account"]) if raw["account"] else None
    raw["chats"] = {int(key): ExportedChat(**chat) for key, chat in raw["chats"].items()}
    raw["people"] = {peer: Profile(**profile) for peer, profile in raw["people"].items()}
    raw["topics"] = {int(key): {int(n): title for n, title in topics.items()} for key, topics in raw["topics"].items()}
    raw["days"] = {int(day): count for day, count in raw["days"].items()}
    raw["senders"] = {int(key): counts for key, counts in raw["senders"].items()}
    return Survey(**raw)
