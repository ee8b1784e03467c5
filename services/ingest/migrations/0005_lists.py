"""The owner's lists of phrases, and what stopped a dataset."""

from __future__ import annotations

from alembic import op

revision = "ingest_0005"
down_revision = "ingest_0004"
branch_labels = None
depends_on = None

MORE = """
create table ingest.phrases (
    list text not null,
    phrase_hash bytea not null,
    phrase bytea not null,
    added_at timestamptz default now() not null,
    constraint pk_phrases primary key (list, phrase_hash)
);

alter table ingest.datasets add column offenders jsonb default '[]' not null;
"""

LESS = """
alter table ingest.datasets drop column offenders;
drop table ingest.phrases;
"""


def upgrade() -> None:
    op.execute(MORE)


def downgrade() -> None:
    op.execute(LESS)
