"""Feedback's tables, in schema ``feedback``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, DateTime, Index, MetaData, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.database import NAMING


class Base(DeclarativeBase):
    metadata = MetaData(schema="feedback", naming_convention=NAMING)


class RatingRow(Base):
    """One person's verdict on one reply. ``id`` is what lineage says, because it names nobody."""

    __tablename__ = "ratings"
    __table_args__ = (
        UniqueConstraint("reply_id", "person"),
        Index("ix_ratings_persona", "persona"),
        Index("ix_ratings_person", "person"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    reply_id: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(Text)
    persona: Mapped[str] = mapped_column(Text)
    adapter: Mapped[str | None] = mapped_column(Text)
    context: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    text: Mapped[str] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(Text)
    asker: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class PairRow(Base):
    """Of two answers to the same message, the one that sounded more like the owner."""

    __tablename__ = "pairs"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_pairs_persona", "persona"),
        Index("ix_pairs_person", "person"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(Text)
    persona: Mapped[str] = mapped_column(Text)
    context: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    chosen: Mapped[str] = mapped_column(Text)
    rejected: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    asker: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class DatasetRow(Base):
    """A preference dataset. A removed one stays known, so that its name never means anything else."""

    __tablename__ = "datasets"
    __table_args__ = (UniqueConstraint("persona", "kind", "version"),)

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    persona: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    rows: Mapped[int]
    digest: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    removed: Mapped[bool] = mapped_column(Boolean, server_default="false")
