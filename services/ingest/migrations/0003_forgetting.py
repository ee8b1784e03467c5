"""Receipts of their own, tombstones without a pseudonym and for chats, and notices that remember what they will count.

Receipts of before are dropped with the pseudonyms that led to them: they were not signed.
"""

from __future__ import annotations

from alembic import op

revision = "ingest_0003"
down_revision = "ingest_0002"
branch_labels = None
depends_on = None

MORE = """
create table ingest.forgettings (
    id text not null,
    kind text not null,
    marks bytea[] not null,
    subject bytea,
    removed jsonb default '[]' not null,
    datasets text[] default '{}' not null,
    signature bytea,
    at timestamptz not null,
    constraint pk_forgettings primary key (id)
);
create index ix_forgettings_marks on ingest.forgettings using gin (marks);

alter table ingest.tombstones rename column peer_hash to hash;
alter table ingest.tombstones
    drop column pseudonym,
    drop column receipt,
    add column kind text default 'person' not null,
    add column words bytea[] default '{}' not null;

alter table ingest.notices
    drop column subject,
    add column forgetting text,
    add column counts jsonb,
    add constraint fk_notices_forgetting_forgettings foreign key (forgetting) references ingest.forgettings (id);
"""

LESS = """
alter table ingest.notices drop column forgetting, drop column counts, add column subject text default '' not null;
delete from ingest.tombstones where kind <> 'person';
alter table ingest.tombstones rename column hash to peer_hash;
alter table ingest.tombstones
    drop column kind,
    drop column words,
    add column pseudonym text,
    add column receipt jsonb default '[]' not null;
update ingest.tombstones set pseudonym = encode(peer_hash, 'hex');
alter table ingest.tombstones
    alter column pseudonym set not null,
    add constraint uq_tombstones_pseudonym unique (pseudonym);
drop table ingest.forgettings;
"""


def upgrade() -> None:
    op.execute(MORE)


def downgrade() -> None:
    op.execute(LESS)
