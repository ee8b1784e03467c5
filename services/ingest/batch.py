"""A batch of an import: which rows it writes, and what it adds to the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from services.ingest.cleaning.cleaner import Cleaner
from services.ingest.keys import Keys
from services.ingest.repository.history import StoredMessage
from services.ingest.telegram.message import Message
from services.ingest.telegram.survey import Survey
from shared.contracts.ingest import ImportReport, RefusedExample


@dataclass(frozen=True)
class Prepared:
    """Who everybody is: what a batch needs to know. ``people`` has row ids by peer, ``members`` pseudonyms by chat."""

    account: int
    owner: int
    people: dict[str, int]
    members: dict[int, set[str]]
    forgotten: set[str]
    cleaner: Cleaner


def to_row(
    keys: Keys, prepared: Prepared, message: Message, fingerprint: bytes, import_id: str, masked: Counter[str]
) -> StoredMessage:
    has_text = bool(message.text.strip())
    cleaned = prepared.cleaner.clean(message.text, prepared.members[message.chat]) if has_text else None
    masked.update(cleaned.masked if cleaned else ())
    return StoredMessage(
        account_id=prepared.account,
        chat_id=message.chat,
        id=message.id,
        at=datetime.fromtimestamp(message.at, UTC),
        sender_id=prepared.people[message.sender],
        edited_at=datetime.fromtimestamp(message.edited, UTC) if message.edited else None,
        reply_to=message.reply_to,
        reply_chat=message.reply_chat,
        forwarded=message.forwarded,
        via_bot=message.via_bot,
        business=message.business,
        media=message.media,
        details=keys.seal(orjson.dumps(message.details).decode()) if message.details else None,
        raw=keys.seal(message.text) if has_text else None,
        clean=cleaned.text if cleaned else None,
        cleaned_with=prepared.cleaner.key,
        fingerprint=fingerprint,
        import_id=import_id,
    )


def begin_report(stored: dict[str, object], survey: Survey) -> ImportReport:
    if stored:
        return ImportReport.model_validate(stored)
    return ImportReport(
        chats=len(survey.chats),
        read=survey.read,
        service=sum(survey.service.values()),
        service_by=survey.service,
        by_chat={str(chat): sum(counts.values()) for chat, counts in survey.senders.items()},
        by_month=dict(sorted(survey.months.items())),
        topics=sum(map(len, survey.topics.values())),
        refused=survey.refused,
        refused_examples=[RefusedExample.model_validate(example) for example in survey.refused_examples],
    )


def count_batch(
    report: ImportReport,
    batch: list[Message],
    prepared: Prepared,
    stored: Iterable[tuple[int, int]],
    changing: set[tuple[int, int]],
    masked: Counter[str],
) -> ImportReport:
    """The report after a batch. A message that stands in the file twice counts as unchanged the second time."""
    forgotten = sum(message.sender in prepared.forgotten for message in batch)
    changed = len(changing & set(stored))
    refused = dict(report.refused)
    if forgotten:
        refused["forgotten"] = refused.get("forgotten", 0) + forgotten
    return report.model_copy(
        update={
            "new": report.new + len(changing) - changed,
            "changed": report.changed + changed,
            "unchanged": report.unchanged + len(batch) - forgotten - len(changing),
            "refused": refused,
            "media_only": report.media_only + sum(not message.text.strip() for message in batch),
            "from_owner": report.from_owner + sum(prepared.people.get(m.sender) == prepared.owner for m in batch),
            "masked": dict(Counter(report.masked) + masked),
        }
    )
