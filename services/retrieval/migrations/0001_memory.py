"""Exchanges, indexes, runs, conversations, turns and tombstones."""

from __future__ import annotations

from alembic import op

revision = "retrieval_0001"
down_revision = None
branch_labels = ("retrieval",)
depends_on = None

TABLES = """
create schema if not exists memory;
create extension if not exists vector;

create table memory.exchanges (
    persona text not null,
    id text not null,
    chat bigint not null,
    at timestamptz not null,
    context text not null,
    reply text not null,
    message_ids text[] not null,
    people text[] not null,
    words tsvector generated always as (to_tsvector('simple', left(context || ' ' || reply, 200000))) stored not null,
    model text not null,
    embedding halfvec not null,
    anchor integer,
    seen_at timestamptz not null,
    constraint pk_exchanges primary key (persona, id)
);
create index ix_exchanges_words on memory.exchanges using gin (words);
create index ix_exchanges_message_ids on memory.exchanges using gin (message_ids);
create index ix_exchanges_people on memory.exchanges using gin (people);
create index ix_exchanges_persona_anchor on memory.exchanges (persona, anchor) where anchor is not null;

create table memory.indexes (
    persona text not null,
    model text not null,
    indexed_at timestamptz not null default now(),
    constraint pk_indexes primary key (persona)
);

create table memory.runs (
    id text not null,
    model text not null,
    persona text not null,
    started_at timestamptz not null default now(),
    cursor text,
    done integer not null default 0,
    finished_at timestamptz,
    constraint pk_runs primary key (id, model)
);

create table memory.conversations (
    persona text not null,
    id text not null,
    started_at timestamptz not null,
    last_at timestamptz not null,
    constraint pk_conversations primary key (persona, id)
);

create table memory.turns (
    key text not null,
    persona text not null,
    conversation text not null,
    person text not null,
    message text not null,
    reply text not null,
    adapter text,
    at timestamptz not null,
    constraint pk_turns primary key (key),
    constraint fk_turns_persona_conversation_conversations
        foreign key (persona, conversation) references memory.conversations (persona, id)
);
create index ix_turns_conversation_persona_at on memory.turns (conversation, persona, at);
create index ix_turns_person on memory.turns (person);

create table memory.tombstones (
    subject text not null,
    forgotten_at timestamptz not null default now(),
    constraint pk_tombstones primary key (subject)
);
"""

#: A vector column without a dimension takes those of any model; HNSW needs one, hence an
#: index for each common one. Vectors of any other are searched exactly, which is slower.
HNSW = """
create index ix_exchanges_embedding_{dimension} on memory.exchanges
    using hnsw ((embedding::halfvec({dimension})) halfvec_cosine_ops)
    where vector_dims(embedding) = {dimension};
"""


def upgrade() -> None:
    op.execute(TABLES)
    for dimension in (384, 768, 1024):
        op.execute(HNSW.format(dimension=dimension))


def downgrade() -> None:
    op.execute("drop schema memory cascade")
