"""A batch of an import: what is to be written of it, and what it adds to the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import orjson

from services.ingest.cleaning.cleaner import Cleaner
from services.ingest.keys import Keys
from services.ingest.telegram.message import Message
from services.ingest.telegram.survey import Survey
from shared.contracts.ingest import ImportReport, RefusedExample

#: Chat and number of a message.
Key = tuple[int, int]


@dataclass(frozen=True)
class Prepared:
    """Who everybody is: what a batch needs to know. ``people`` has row ids by peer, ``members`` pseudonyms by chat."""

    account: int
    owner: int
    people: dict[str, int]
    members: dict[int, frozenset[str]]
    forgotten: set[str]
    forgotten_chats: set[int]
    cleaner: Cleaner


@dataclass
class Batch:
    """Some lines of the spool, up to the byte offset ``end``.

    Attributes:
        prints: fingerprints of what may be stored; a message that stands in the batch twice counts as it stands last.
        lines: the line of each of those.
    """

    start: int
    end: int
    read: int
    forgotten: int
    media_only: int
    from_owner: int
    prints: dict[Key, bytes]
    lines: dict[Key, bytes]

    @classmethod
    def of(cls, lines: list[bytes], start: int, prepared: Prepared, keys: Keys) -> Batch:
        batch = cls(start, start, len(lines), 0, 0, 0, {}, {})
        for line in lines:
            batch.end += len(line)
            chat, number, _, sender, text, *_ = orjson.loads(line)
            batch.media_only += not text or text.isspace()
            if sender in prepared.forgotten or chat in prepared.forgotten_chats:
                batch.forgotten += 1
                continue
            batch.from_owner += prepared.people[sender] == prepared.owner
            batch.prints[chat, number] = keys.fingerprint(line)
            batch.lines[chat, number] = line
        return batch

    def text(self, key: Key) -> str:
        return Message(*orjson.loads(self.lines[key])).text

    def changing(self, stored: Mapping[Key, bytes]) -> list[Key]:
        return [key for key, fingerprint in self.prints.items() if stored.get(key) != fingerprint]


def batches(lines: Iterable[bytes], start: int, size: int, prepared: Prepared, keys: Keys) -> Iterator[Batch]:
    rest = iter(lines)
    while chunk := list(islice(rest, size)):
        batch = Batch.of(chunk, start, prepared, keys)
        yield batch
        start = batch.end


def begin_report(stored: dict[str, object], survey: Survey) -> ImportReport:
    if stored:
        return ImportReport.model_validate(stored)
    return ImportReport(
        chats=len(survey.chats),
        read=survey.read,
        service=sum(survey.service.values()),
        service_by=survey.service,
        by_chat={str(chat): sum(counts.values()) for chat, counts in survey.senders.items()},
        by_month=survey.months,
        topics=sum(map(len, survey.topics.values())),
        refused=survey.refused,
        refused_examples=[RefusedExample.model_validate(example) for example in survey.refused_examples],
    )


def count_batch(report: ImportReport, batch: Batch, new: int, changed: int, masked: Counter[str]) -> ImportReport:
    """The report after a batch. A message that stands in the file twice counts as unchanged the second time."""
    refused = dict(report.refused)
    if batch.forgotten:
        refused["forgotten"] = refused.get("forgotten", 0) + batch.forgotten
    return report.model_copy(
        update={
            "new": report.new + new,
            "changed": report.changed + changed,
            "unchanged": report.unchanged + batch.read - batch.forgotten - new - changed,
            "refused": refused,
            "media_only": report.media_only + batch.media_only,
            "from_owner": report.from_owner + batch.from_owner,
            "masked": dict(Counter(report.masked) + masked),
        }
    )
