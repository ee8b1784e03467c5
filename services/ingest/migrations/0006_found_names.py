"""Words that recognition has read."""

from __future__ import annotations

from alembic import op

revision = "ingest_0006"
down_revision = "ingest_0005"
branch_labels = None
depends_on = None

TABLE = """
create table ingest.found_names (
    word_hash bytea not null,
    found bytea not null,
    constraint pk_found_names primary key (word_hash)
);
"""


def upgrade() -> None:
    op.execute(TABLE)


def downgrade() -> None:
    op.execute("drop table ingest.found_names")
