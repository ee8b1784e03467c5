"""Adapters know the preferences that they learned from, so that those can be forgotten."""

from __future__ import annotations

from alembic import op

revision = "trainer_0002"
down_revision = "trainer_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table training.adapters add column preferences text")
    op.execute("update training.adapters set preferences = r.preferences from training.runs r where r.output = name")


def downgrade() -> None:
    op.execute("alter table training.adapters drop column preferences")
