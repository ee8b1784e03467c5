"""What those who write in a chat are to the owner."""

from __future__ import annotations

from alembic import op

revision = "ingest_0007"
down_revision = "ingest_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table ingest.chats add column relation text")


def downgrade() -> None:
    op.execute("alter table ingest.chats drop column relation")
