"""Tables of ingest. Raw text, names and evidence are sealed (AES-GCM); peers are known by a keyed hash only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.database import NAMING

MOMENT = DateTime(timezone=True)


class Sealed(LargeBinary):
    """Text under the key of stored text. Rotating the key finds every column of this type."""


class SealedJson(Sealed):
    """The same, where the text is JSON."""


class Base(DeclarativeBase):
    metadata = MetaData(schema="ingest", naming_convention=NAMING)


class Person(Base):
    """``profile`` is sealed JSON: peer, names, first name, username."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    peer_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    pseudonym: Mapped[str] = mapped_column(Text, unique=True)
    profile: Mapped[bytes] = mapped_column(SealedJson)


class FoundName(Base):
    """A word and what recognition reads it as: sealed JSON, under a keyed hash of the word."""

    __tablename__ = "found_names"

    word_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    found: Mapped[bytes] = mapped_column(Sealed)


class Account(Base):
    """A Telegram account that an owner exported, or pulls from."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("ingest.people.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(MOMENT, server_default=func.now())


class Chat(Base):
    """``relation`` is what the owner said that those who write in it are to them."""

    __tablename__ = "chats"

    account_id: Mapped[int] = mapped_column(ForeignKey("ingest.accounts.id"), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(Text)
    name: Mapped[bytes | None] = mapped_column(Sealed)
    pulled_to: Mapped[int | None] = mapped_column(BigInteger)
    relation: Mapped[str | None] = mapped_column(Text)


class Topic(Base):
    """A topic of a forum; its number is that of the message that opened it. ``title`` is sealed."""

    __tablename__ = "topics"
    __table_args__ = (ForeignKeyConstraint(["account_id", "chat_id"], ["ingest.chats.account_id", "ingest.chats.id"]),)

    account_id: Mapped[int] = mapped_column(primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    title: Mapped[bytes] = mapped_column(Sealed)


class Message(Base):
    """``raw`` and ``details`` are sealed; ``clean`` is what later steps see. Both are null where there is no text."""

    __tablename__ = "messages"
    __table_args__ = (
        ForeignKeyConstraint(["account_id", "chat_id"], ["ingest.chats.account_id", "ingest.chats.id"]),
        Index("ix_messages_account_id_chat_id_at", "account_id", "chat_id", "at", "id"),
        Index("ix_messages_sender_id", "sender_id", "chat_id"),
        Index("ix_messages_import_id", "import_id"),
    )

    account_id: Mapped[int] = mapped_column(primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(MOMENT)
    sender_id: Mapped[int] = mapped_column(ForeignKey("ingest.people.id"))
    edited_at: Mapped[datetime | None] = mapped_column(MOMENT)
    reply_to: Mapped[int | None] = mapped_column(BigInteger)
    reply_chat: Mapped[int | None] = mapped_column(BigInteger)
    topic: Mapped[int | None] = mapped_column(BigInteger)
    forwarded: Mapped[bool]
    via_bot: Mapped[bool]
    business: Mapped[bool]
    media: Mapped[str | None] = mapped_column(Text)
    details: Mapped[bytes | None] = mapped_column(SealedJson)
    raw: Mapped[bytes | None] = mapped_column(Sealed)
    clean: Mapped[str | None] = mapped_column(Text)
    cleaned_with: Mapped[bytes] = mapped_column(LargeBinary)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    import_id: Mapped[str] = mapped_column(Text)


class Consent(Base):
    """The ledger: rows are added and closed, never changed otherwise."""

    __tablename__ = "consents"
    __table_args__ = (
        ForeignKeyConstraint(["account_id", "chat_id"], ["ingest.chats.account_id", "ingest.chats.id"]),
        Index(
            "uq_consents_active",
            "account_id",
            "chat_id",
            "person_id",
            "purpose",
            unique=True,
            postgresql_where=text("revoked_at is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    chat_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int] = mapped_column(ForeignKey("ingest.people.id"))
    purpose: Mapped[str] = mapped_column(Text)
    evidence: Mapped[bytes] = mapped_column(Sealed)
    granted_at: Mapped[datetime] = mapped_column(MOMENT, server_default=func.now())
    revoked_at: Mapped[datetime | None] = mapped_column(MOMENT)


class Import(Base):
    """``cursor`` is the byte offset in the spool up to which messages are stored; ``source``: export, or pull."""

    __tablename__ = "imports"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    filename: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text, index=True)
    source: Mapped[str] = mapped_column(Text, server_default="export")
    consent: Mapped[bool]
    owner_hint: Mapped[bytes | None] = mapped_column(Sealed)
    state: Mapped[str] = mapped_column(Text, server_default="queued")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("ingest.accounts.id"))
    cursor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    report: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(MOMENT, server_default=func.now())
    finished_at: Mapped[datetime | None] = mapped_column(MOMENT)


class Dataset(Base):
    __tablename__ = "datasets"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    persona: Mapped[str] = mapped_column(Text, index=True)
    version: Mapped[int]
    account_id: Mapped[int] = mapped_column(ForeignKey("ingest.accounts.id"))
    request: Mapped[dict[str, Any]] = mapped_column(JSONB)
    system_prompt: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="queued")
    digest: Mapped[str | None] = mapped_column(Text)
    tainted: Mapped[bool] = mapped_column(server_default="false")
    statistics: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    offenders: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(MOMENT, server_default=func.now())


class Phrase(Base):
    """What the owner allows or denies (``list``); known by a keyed hash of its folded form."""

    __tablename__ = "phrases"

    list: Mapped[str] = mapped_column(Text, primary_key=True)
    phrase_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    phrase: Mapped[bytes] = mapped_column(Sealed)
    added_at: Mapped[datetime] = mapped_column(MOMENT, server_default=func.now())


class DatasetExample(Base):
    """Lineage: the messages behind an example, and everyone whose words are in it. ``digest`` is of its words."""

    __tablename__ = "dataset_examples"
    __table_args__ = (Index("ix_dataset_examples_people", "people", postgresql_using="gin"),)

    dataset: Mapped[str] = mapped_column(ForeignKey("ingest.datasets.name"), primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    split: Mapped[str] = mapped_column(Text)
    chat_id: Mapped[int] = mapped_column(BigInteger)
    message_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    people: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    digest: Mapped[bytes | None] = mapped_column(LargeBinary)


class Side(Base):
    """The side of the split that the owner's replies are on (by the id of a reply's first message), for good."""

    __tablename__ = "sides"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "chat_id"], ["ingest.chats.account_id", "ingest.chats.id"], ondelete="CASCADE"
        ),
    )

    account_id: Mapped[int] = mapped_column(primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    side: Mapped[str] = mapped_column(Text, primary_key=True)
    replies: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))


class Tombstone(Base):
    """Somebody, or a chat, to stay forgotten: by keyed hashes, of who it is and of the words of their names.

    ``kind``: person, whose hash is that of the peer, or chat.
    """

    __tablename__ = "tombstones"

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, server_default="person")
    words: Mapped[list[bytes]] = mapped_column(ARRAY(LargeBinary), server_default=text("'{}'"))
    forgotten_at: Mapped[datetime] = mapped_column(MOMENT, server_default=func.now())


class Forgetting(Base):
    """A receipt, which names nobody. ``subject`` is who it is about, until every place has been told."""

    __tablename__ = "forgettings"
    __table_args__ = (Index("ix_forgettings_marks", "marks", postgresql_using="gin"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    marks: Mapped[list[bytes]] = mapped_column(ARRAY(LargeBinary))
    subject: Mapped[bytes | None] = mapped_column(SealedJson)
    removed: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    datasets: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    signature: Mapped[bytes | None] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(MOMENT)


class Notice(Base):
    """What a place still has to be told: written with the change, deleted once it has done its part.

    ``counts`` is what it will have removed, noted before it is told, so that a repetition counts the same.
    """

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    service: Mapped[str] = mapped_column(Text)
    forgetting: Mapped[str | None] = mapped_column(ForeignKey("ingest.forgettings.id"))
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    counts: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(MOMENT, server_default=func.now())


class Audit(Base):
    """An act: added with it, never changed. ``person`` is a keyed hash, ``thing`` the name of what is no person."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(MOMENT, server_default=func.clock_timestamp(), index=True)
    actor: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    person: Mapped[bytes | None] = mapped_column(LargeBinary)
    thing: Mapped[str | None] = mapped_column(Text)
    request_id: Mapped[str | None] = mapped_column(Text)
    count: Mapped[int | None] = mapped_column(BigInteger)
