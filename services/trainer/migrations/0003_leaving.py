"""A live adapter whose data was withdrawn may speak until another one does."""

from __future__ import annotations

from alembic import op

revision = "trainer_0003"
down_revision = "trainer_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table training.adapters add column leaving boolean default false not null")


def downgrade() -> None:
    op.execute("update training.adapters set tainted = true where leaving")
    op.execute("alter table training.adapters drop column leaving")
