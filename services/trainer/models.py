"""The trainer's tables, in schema ``training``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, DateTime, ForeignKey, Index, MetaData, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.database import NAMING


class Base(DeclarativeBase):
    metadata = MetaData(schema="training", naming_convention=NAMING)


class RunRow(Base):
    """One run. ``adapter`` is what it works on, ``output`` the name of what it makes, reserved when it begins."""

    __tablename__ = "runs"
    __table_args__ = (
        UniqueConstraint("key"),
        UniqueConstraint("output"),
        Index("ix_runs_persona", "persona"),
        Index("ix_runs_unfinished", "state", postgresql_where=text("state in ('queued', 'running')")),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str | None] = mapped_column(Text)
    queue: Mapped[str] = mapped_column(Text, server_default="gpu")
    stage: Mapped[str] = mapped_column(Text)
    persona: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="queued")
    dataset: Mapped[str] = mapped_column(Text)
    adapter: Mapped[str | None] = mapped_column(Text)
    preferences: Mapped[str | None] = mapped_column(Text)
    output: Mapped[str | None] = mapped_column(Text)
    base_model: Mapped[str] = mapped_column(Text)
    recipe_name: Mapped[str | None] = mapped_column(Text)
    recipe: Mapped[dict[str, Any]] = mapped_column(JSONB)
    metrics: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class AdapterRow(Base):
    """An adapter. Whether it is live follows from the promotions; where it lies, from ANSELM_HOME and its name.

    ``leaving``: its data was withdrawn, and it may speak until another is promoted; then it is tainted.
    ``removed_at``: since when its weights are gone, to free space.
    """

    __tablename__ = "adapters"
    __table_args__ = (UniqueConstraint("persona", "version"), Index("ix_adapters_dataset", "dataset"))

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    persona: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    stage: Mapped[str] = mapped_column(Text)
    base_model: Mapped[str] = mapped_column(Text)
    dataset: Mapped[str] = mapped_column(Text)
    preferences: Mapped[str | None] = mapped_column(Text)
    parent: Mapped[str | None] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(Text)
    system_prompt: Mapped[str] = mapped_column(Text)
    merged: Mapped[bool] = mapped_column(Boolean, default=False)
    tainted: Mapped[bool] = mapped_column(Boolean, default=False)
    leaving: Mapped[bool] = mapped_column(Boolean, default=False)
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    @property
    def gone(self) -> bool:
        """It cannot speak any more."""
        return self.tainted or self.removed_at is not None


class EvaluationRow(Base):
    """Figures of an adapter; the newest counts."""

    __tablename__ = "evaluations"
    __table_args__ = (Index("ix_evaluations_adapter", "adapter", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    adapter: Mapped[str] = mapped_column(Text, ForeignKey("training.adapters.name"))
    dataset: Mapped[str] = mapped_column(Text)
    split: Mapped[str] = mapped_column(Text)
    owner: Mapped[dict[str, float]] = mapped_column(JSONB)
    base: Mapped[dict[str, float]] = mapped_column(JSONB)
    persona: Mapped[dict[str, float]] = mapped_column(JSONB)
    leaks: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    passed: Mapped[bool]
    reasons: Mapped[list[str]] = mapped_column(JSONB)
    samples: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class PromotionRow(Base):
    """An adapter began to speak for a persona; ``rolled_back`` when that was taken back."""

    __tablename__ = "promotions"
    __table_args__ = (Index("ix_promotions_persona", "persona", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    persona: Mapped[str] = mapped_column(Text)
    adapter: Mapped[str] = mapped_column(Text, ForeignKey("training.adapters.name"))
    previous: Mapped[str | None] = mapped_column(Text)
    rolled_back: Mapped[bool] = mapped_column(Boolean, default=False)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
