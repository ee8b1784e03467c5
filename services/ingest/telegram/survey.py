"""The first pass over an export: who and what is in it, what is refused, and every valid message in a spool file.

Nothing is stored before this pass has seen the last byte, so a broken file leaves nothing behind. The spool never
changes once it is there: an offset into it is a cursor that survives a kill.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, fields
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO

import orjson

from services.ingest.telegram.message import Message, Refused, parse_message
from services.ingest.telegram.reader import Account, Contact, ExportedChat, ExportReader, RawMessage
from shared.errors import Invalid

SPOOL, SURVEY = "messages.jsonl", "survey.json"
EXAMPLES_A_REASON = 3
#: A message as the tuple of its fields; ``astuple`` copies deeply, which takes half of the pass.
FIELDS = attrgetter(*(f.name for f in fields(Message)))


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
    """What the first pass found. ``senders`` counts messages by chat and peer, ``read`` all elements of messages."""

    account: Account | None = None
    chats: dict[int, ExportedChat] = field(default_factory=dict)
    people: dict[str, Profile] = field(default_factory=dict)
    senders: dict[int, dict[str, int]] = field(default_factory=dict)
    read: int = 0
    accepted: int = 0
    service: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    refused_examples: list[dict[str, object]] = field(default_factory=list)

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


def survey_export(export: Path, folder: Path, on_progress: Callable[[int], None] = lambda _: None) -> Survey:
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
        with export.open("rb") as source, scratch.open("wb") as spool:
            survey = _pass(ExportReader(source, export.name), spool, on_progress)
            spool.flush()
            os.fsync(spool.fileno())
        if survey.accepted == 0:
            raise _nothing(export.name, survey)
        scratch.replace(folder / SPOOL)
    finally:
        scratch.unlink(missing_ok=True)
    _save(survey, folder / SURVEY)
    return survey


def read_spool(folder: Path, offset: int) -> Iterator[tuple[Message, int]]:
    """The messages from a byte offset on, each with the offset behind it."""
    with (folder / SPOOL).open("rb") as spool:
        spool.seek(offset)
        for line in spool:
            offset += len(line)
            yield Message(*orjson.loads(line)), offset


def _pass(reader: ExportReader, spool: BinaryIO, on_progress: Callable[[int], None]) -> Survey:
    survey = Survey()
    for item in reader:
        match item:
            case RawMessage(chat, value):
                survey.read += 1
                _take(survey, chat, value, spool)
                if survey.read % 1_000 == 0:
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


def _take(survey: Survey, chat: int, raw: object, spool: BinaryIO) -> None:
    try:
        message = parse_message(chat, raw)
    except Refused as refused:
        survey.refuse(chat, raw, refused)
        return
    if message is None:
        survey.service += 1
        return
    assert isinstance(raw, dict)
    survey.accepted += 1
    survey.profile(message.sender).add(raw.get("from"))
    counts = survey.senders[chat]
    counts[message.sender] = counts.get(message.sender, 0) + 1
    _nicknames(survey, raw)
    spool.write(orjson.dumps(FIELDS(message)) + b"\n")


def _nicknames(survey: Survey, raw: dict[str, object]) -> None:
    """A mention of somebody without a username carries their id, and often a nickname."""
    entities = raw.get("text_entities")
    for entity in entities if isinstance(entities, list) else ():
        if isinstance(entity, dict) and entity.get("type") == "mention_name" and isinstance(entity.get("user_id"), int):
            survey.profile(f"user{entity['user_id']}").add(entity.get("text"))


def _describe(profile: Profile, who: Account | Contact) -> None:
    profile.add(f"{who.first_name} {who.last_name}".strip())
    profile.first_name = who.first_name
    if isinstance(who, Account):
        profile.username = who.username.lstrip("@")


def _nothing(name: str, survey: Survey) -> Invalid:
    if survey.read == 0:
        return Invalid(f"{name} holds no messages.", hint="Choose at least one chat when you export.")
    counts = {"service messages": survey.service, **survey.refused}
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
    raw["senders"] = {int(key): counts for key, counts in raw["senders"].items()}
    return Survey(**raw)
