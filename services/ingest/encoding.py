"""From lines of the spool to rows of the table: cleaned, sealed, packed. Pure, so that any process may do it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from services.ingest.batch import Prepared
from services.ingest.cleaning.forgotten_names import FORGOTTEN
from services.ingest.keys import Keys
from services.ingest.repository.copying import StoredMessage, packed
from services.ingest.telegram.marks import evidence_of
from services.ingest.telegram.message import Message

#: A line of the spool, and the fingerprint that its row is to have.
Line = tuple[bytes, bytes]


@dataclass(frozen=True)
class Encoded:
    """``rows``: as ``History.write`` takes them; ``masked``: strings that were masked, by kind."""

    rows: bytes
    masked: Counter[str]

    @classmethod
    def nothing(cls) -> Encoded:
        return cls(b"", Counter())


@dataclass(frozen=True)
class Encoder:
    keys: Keys
    prepared: Prepared
    import_id: str

    def encode(self, lines: Sequence[Line]) -> Encoded:
        masked: Counter[str] = Counter()
        rows = [self._row(Message(*orjson.loads(line)), fingerprint, masked) for line, fingerprint in lines]
        return Encoded(packed(rows), masked)

    def _row(self, message: Message, fingerprint: bytes, masked: Counter[str]) -> StoredMessage:
        keys, prepared, text = self.keys, self.prepared, message.text
        clean: str | None = None
        if has_text := bool(text.strip()):
            cleaned = prepared.cleaner.clean(text, prepared.members[message.chat], evidence_of(message.details))
            clean = cleaned.text
            if cleaned.masked:
                masked.update(cleaned.masked)
            if FORGOTTEN in clean:
                text = clean  # what was written names somebody who is to stay forgotten
        return StoredMessage(
            account_id=prepared.account,
            chat_id=message.chat,
            id=message.id,
            at=message.at,
            sender_id=prepared.people[message.sender],
            edited_at=message.edited,
            reply_to=message.reply_to,
            reply_chat=message.reply_chat,
            forwarded=message.forwarded,
            via_bot=message.via_bot,
            business=message.business,
            media=message.media,
            details=keys.seal(orjson.dumps(message.details).decode()) if message.details else None,
            raw=keys.seal(text) if has_text else None,
            clean=clean,
            cleaned_with=prepared.cleaner.key,
            fingerprint=fingerprint,
            import_id=self.import_id,
        )
