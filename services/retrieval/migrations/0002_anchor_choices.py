"""The owner pins and drops anchors; exchanges know whether they are held out from training."""

from __future__ import annotations

from alembic import op

revision = "retrieval_0002"
down_revision = "retrieval_0001"
branch_labels = None
depends_on = None

CHOICES = """
create table memory.anchor_choices (
    persona text not null,
    id text not null,
    choice text not null,
    chat bigint not null,
    message_ids text[] not null,
    people text[] not null,
    chosen_at timestamptz not null default now(),
    constraint pk_anchor_choices primary key (persona, id)
);
"""


def upgrade() -> None:
    op.execute("alter table memory.exchanges add column held_out boolean not null default false")
    op.execute(CHOICES)


def downgrade() -> None:
    op.execute("drop table memory.anchor_choices")
    op.execute("alter table memory.exchanges drop column held_out")
