"""A run knows the queue that it waits in, so that it goes on there."""

from __future__ import annotations

from alembic import op

revision = "trainer_0006"
down_revision = "trainer_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table training.runs add column queue text not null default 'gpu'")


def downgrade() -> None:
    op.execute("alter table training.runs drop column queue")
