"""An adapter's weights may be removed to free space; its row stays, for the lineage of what came of it."""

from __future__ import annotations

from alembic import op

revision = "trainer_0007"
down_revision = "trainer_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table training.adapters add column removed_at timestamptz")


def downgrade() -> None:
    op.execute("alter table training.adapters drop column removed_at")
