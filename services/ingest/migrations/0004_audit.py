"""The audit log."""

from __future__ import annotations

from alembic import op

revision = "ingest_0004"
down_revision = "ingest_0003"
branch_labels = None
depends_on = None

TABLE = """
create table ingest.audit (
    id bigint generated always as identity,
    at timestamptz not null default clock_timestamp(),
    actor text not null,
    action text not null,
    person bytea,
    thing text,
    request_id text,
    count bigint,
    constraint pk_audit primary key (id)
);
create index ix_audit_at on ingest.audit (at);
"""


def upgrade() -> None:
    op.execute(TABLE)


def downgrade() -> None:
    op.execute("drop table ingest.audit")
