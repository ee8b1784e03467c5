"""Which side of the split each reply is on, for good; and what tells whether an example has changed."""

from __future__ import annotations

from alembic import op

revision = "ingest_0008"
down_revision = "ingest_0007"
branch_labels = None
depends_on = None

MORE = """
create table ingest.sides (
    account_id integer not null,
    chat_id bigint not null,
    side text not null,
    replies bigint[] not null,
    constraint pk_sides primary key (account_id, chat_id, side),
    constraint fk_sides_account_id_chats foreign key (account_id, chat_id)
        references ingest.chats (account_id, id) on delete cascade
);

insert into ingest.sides (account_id, chat_id, side, replies)
select account_id, chat_id, split, array_agg(distinct reply) from (
    select distinct on (d.account_id, e.chat_id, e.id)
        d.account_id, e.chat_id, e.split, split_part(e.id, '-', -1)::bigint as reply
    from ingest.dataset_examples e join ingest.datasets d on d.name = e.dataset
    join ingest.chats c on c.account_id = d.account_id and c.id = e.chat_id
    where d.state = 'done'
    order by d.account_id, e.chat_id, e.id, d.created_at desc
) latest group by account_id, chat_id, split;

alter table ingest.dataset_examples add column digest bytea;
"""

LESS = """
alter table ingest.dataset_examples drop column digest;
drop table ingest.sides;
"""


def upgrade() -> None:
    op.execute(MORE)


def downgrade() -> None:
    op.execute(LESS)
