"""Topics, replies across chats, media and polls, business chats, and where an import came from."""

from __future__ import annotations

from alembic import op

revision = "ingest_0002"
down_revision = "ingest_0001"
branch_labels = None
depends_on = None

MORE = """
alter table ingest.chats add column pulled_to bigint;

create table ingest.topics (
    account_id integer not null,
    chat_id bigint not null,
    id bigint not null,
    title bytea not null,
    constraint pk_topics primary key (account_id, chat_id, id),
    constraint fk_topics_account_id_chat_id_chats
        foreign key (account_id, chat_id) references ingest.chats (account_id, id)
);

alter table ingest.messages
    add column reply_chat bigint,
    add column topic bigint,
    add column business boolean default false not null,
    add column details bytea;
alter table ingest.messages alter column business drop default;

alter table ingest.imports add column source text default 'export' not null;
"""

LESS = """
alter table ingest.imports drop column source;
alter table ingest.messages drop column reply_chat, drop column topic, drop column business, drop column details;
drop table ingest.topics;
alter table ingest.chats drop column pulled_to;
"""


def upgrade() -> None:
    op.execute(MORE)


def downgrade() -> None:
    op.execute(LESS)
