"""Retrieval's tables, in schema ``memory``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import BigInteger, Computed, DateTime, ForeignKeyConstraint, Index, MetaData, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.database import NAMING


class Base(DeclarativeBase):
    metadata = MetaData(schema="memory", naming_convention=NAMING)


class ExchangeRow(Base):
    """A past exchange of the owner. ``seen_at`` is the start of the last indexing run that ingest offered it to."""

    __tablename__ = "exchanges"
    __table_args__ = (
        Index("ix_exchanges_words", "words", postgresql_using="gin"),
        Index("ix_exchanges_message_ids", "message_ids", postgresql_using="gin"),
        Index("ix_exchanges_people", "people", postgresql_using="gin"),
        Index("ix_exchanges_persona_anchor", "persona", "anchor", postgresql_where=text("anchor is not null")),
    )

    persona: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    chat: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    context: Mapped[str] = mapped_column(Text)
    reply: Mapped[str] = mapped_column(Text)
    message_ids: Mapped[list[str]] = mapped_column(ARRAY(Text))
    people: Mapped[list[str]] = mapped_column(ARRAY(Text))
    held_out: Mapped[bool] = mapped_column(server_default="false")
    # A tsvector holds at most a megabyte.
    words: Mapped[Any] = mapped_column(
        TSVECTOR, Computed("to_tsvector('simple', left(context || ' ' || reply, 200000))", persisted=True)
    )
    model: Mapped[str] = mapped_column(Text)
    embedding: Mapped[Any] = mapped_column(HALFVEC)
    anchor: Mapped[int | None]
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AnchorChoiceRow(Base):
    """What the owner said of an exchange as an anchor: ``pinned`` or ``dropped``. It outlives the exchange's place in
    the index, and knows whose words those were, so that it is forgotten with them."""

    __tablename__ = "anchor_choices"

    persona: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    choice: Mapped[str] = mapped_column(Text)
    chat: Mapped[int] = mapped_column(BigInteger)
    message_ids: Mapped[list[str]] = mapped_column(ARRAY(Text))
    people: Mapped[list[str]] = mapped_column(ARRAY(Text))
    chosen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class IndexRow(Base):
    """What a persona's exchanges were embedded with, as of the last run that came to its end."""

    __tablename__ = "indexes"

    persona: Mapped[str] = mapped_column(Text, primary_key=True)
    model: Mapped[str] = mapped_column(Text)
    indexed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class RunRow(Base):
    """An indexing run, under its job's id. ``cursor`` is where a killed run goes on."""

    __tablename__ = "runs"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    model: Mapped[str] = mapped_column(Text, primary_key=True)
    persona: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    cursor: Mapped[str | None] = mapped_column(Text)
    done: Mapped[int] = mapped_column(server_default="0")
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ConversationRow(Base):
    """A conversation with a persona."""

    __tablename__ = "conversations"

    persona: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class TurnRow(Base):
    """One message and its reply."""

    __tablename__ = "turns"
    __table_args__ = (
        ForeignKeyConstraint(["persona", "conversation"], ["memory.conversations.persona", "memory.conversations.id"]),
        Index("ix_turns_conversation_persona_at", "conversation", "persona", "at"),
        Index("ix_turns_person", "person"),
    )

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    persona: Mapped[str] = mapped_column(Text)
    conversation: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)
    reply: Mapped[str] = mapped_column(Text)
    adapter: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class TombstoneRow(Base):
    """Nothing from before ``forgotten_at`` may come back. The subject is a digest, so that it names nobody."""

    __tablename__ = "tombstones"

    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    forgotten_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
