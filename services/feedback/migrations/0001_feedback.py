"""Ratings, pairs and preference datasets."""

from __future__ import annotations

from alembic import op

revision = "feedback_0001"
down_revision = None
branch_labels = ("feedback",)
depends_on = None

TABLES = """
create schema if not exists feedback;

create table feedback.ratings (
    id text not null,
    reply_id text not null,
    person text not null,
    persona text not null,
    adapter text,
    context jsonb not null,
    text text not null,
    verdict text not null,
    at timestamptz not null default now(),
    constraint pk_ratings primary key (id),
    constraint uq_ratings_reply_id_person unique (reply_id, person)
);
create index ix_ratings_persona on feedback.ratings (persona);
create index ix_ratings_person on feedback.ratings (person);

create table feedback.pairs (
    id text not null,
    key text not null,
    person text not null,
    persona text not null,
    context jsonb not null,
    chosen text not null,
    rejected text not null,
    source text not null,
    at timestamptz not null default now(),
    constraint pk_pairs primary key (id),
    constraint uq_pairs_key unique (key)
);
create index ix_pairs_persona on feedback.pairs (persona);
create index ix_pairs_person on feedback.pairs (person);

create table feedback.datasets (
    name text not null,
    persona text not null,
    kind text not null,
    version integer not null,
    rows integer not null,
    digest text not null,
    created_at timestamptz not null default now(),
    removed boolean not null default false,
    constraint pk_datasets primary key (name),
    constraint uq_datasets_persona_kind_version unique (persona, kind, version)
);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("drop schema feedback cascade")
