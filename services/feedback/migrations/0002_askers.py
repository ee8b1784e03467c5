"""Whose words are in the context of an opinion, where somebody else gave it."""

from __future__ import annotations

from alembic import op

revision = "feedback_0002"
down_revision = "feedback_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table feedback.ratings add column asker text")
    op.execute("alter table feedback.pairs add column asker text")


def downgrade() -> None:
    op.execute("alter table feedback.ratings drop column asker")
    op.execute("alter table feedback.pairs drop column asker")
