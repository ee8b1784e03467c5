"""A run may name the recipe that it follows; those from before left it to the machine."""

from __future__ import annotations

from alembic import op

revision = "trainer_0005"
down_revision = "trainer_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table training.runs add column recipe_name text")


def downgrade() -> None:
    op.execute("alter table training.runs drop column recipe_name")
