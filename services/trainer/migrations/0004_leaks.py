"""Evaluations know what an adapter gives up of its training data; those from before did not measure it."""

from __future__ import annotations

from alembic import op

revision = "trainer_0004"
down_revision = "trainer_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table training.evaluations add column leaks jsonb")


def downgrade() -> None:
    op.execute("alter table training.evaluations drop column leaks")
