"""Accounts, chats, people, messages, consents, imports, datasets and tombstones."""

from __future__ import annotations

from alembic import op

revision = "ingest_0001"
down_revision = None
branch_labels = ("ingest",)
depends_on = None

TABLES = """
create schema if not exists ingest;

create table ingest.notices (
    id serial not null,
    service text not null,
    subject text not null,
    payload jsonb not null,
    created_at timestamptz default now() not null,
    constraint pk_notices primary key (id)
);

create table ingest.people (
    id serial not null,
    peer_hash bytea not null,
    pseudonym text not null,
    profile bytea not null,
    constraint pk_people primary key (id),
    constraint uq_people_peer_hash unique (peer_hash),
    constraint uq_people_pseudonym unique (pseudonym)
);

create table ingest.tombstones (
    peer_hash bytea not null,
    pseudonym text not null,
    receipt jsonb not null,
    forgotten_at timestamptz default now() not null,
    constraint pk_tombstones primary key (peer_hash),
    constraint uq_tombstones_pseudonym unique (pseudonym)
);

create table ingest.accounts (
    id serial not null,
    owner_id integer not null,
    created_at timestamptz default now() not null,
    constraint pk_accounts primary key (id),
    constraint uq_accounts_owner_id unique (owner_id),
    constraint fk_accounts_owner_id_people foreign key (owner_id) references ingest.people (id)
);

create table ingest.chats (
    account_id integer not null,
    id bigint not null,
    type text not null,
    name bytea,
    constraint pk_chats primary key (account_id, id),
    constraint fk_chats_account_id_accounts foreign key (account_id) references ingest.accounts (id)
);

create table ingest.datasets (
    name text not null,
    persona text not null,
    version integer not null,
    account_id integer not null,
    request jsonb not null,
    system_prompt text not null,
    state text default 'queued' not null,
    digest text,
    tainted boolean default 'false' not null,
    statistics jsonb,
    error text,
    created_at timestamptz default now() not null,
    constraint pk_datasets primary key (name),
    constraint fk_datasets_account_id_accounts foreign key (account_id) references ingest.accounts (id)
);
create index ix_datasets_persona on ingest.datasets (persona);

create table ingest.imports (
    id text not null,
    filename text not null,
    sha256 text not null,
    consent boolean not null,
    owner_hint bytea,
    state text default 'queued' not null,
    account_id integer,
    cursor bigint default '0' not null,
    report jsonb default '{}' not null,
    error text,
    created_at timestamptz default now() not null,
    finished_at timestamptz,
    constraint pk_imports primary key (id),
    constraint fk_imports_account_id_accounts foreign key (account_id) references ingest.accounts (id)
);
create index ix_imports_sha256 on ingest.imports (sha256);

create table ingest.consents (
    id serial not null,
    account_id integer not null,
    chat_id bigint not null,
    person_id integer not null,
    purpose text not null,
    evidence bytea not null,
    granted_at timestamptz default now() not null,
    revoked_at timestamptz,
    constraint pk_consents primary key (id),
    constraint fk_consents_account_id_chat_id_chats
        foreign key (account_id, chat_id) references ingest.chats (account_id, id),
    constraint fk_consents_person_id_people foreign key (person_id) references ingest.people (id)
);
create unique index uq_consents_active on ingest.consents (account_id, chat_id, person_id, purpose)
    where revoked_at is null;

create table ingest.dataset_examples (
    dataset text not null,
    id text not null,
    split text not null,
    chat_id bigint not null,
    message_ids bigint[] not null,
    people bigint[] not null,
    constraint pk_dataset_examples primary key (dataset, id),
    constraint fk_dataset_examples_dataset_datasets foreign key (dataset) references ingest.datasets (name)
);
create index ix_dataset_examples_people on ingest.dataset_examples using gin (people);

create table ingest.messages (
    account_id integer not null,
    chat_id bigint not null,
    id bigint not null,
    at timestamptz not null,
    sender_id integer not null,
    edited_at timestamptz,
    reply_to bigint,
    forwarded boolean not null,
    via_bot boolean not null,
    media text,
    raw bytea,
    clean text,
    cleaned_with bytea not null,
    fingerprint bytea not null,
    import_id text not null,
    constraint pk_messages primary key (account_id, chat_id, id),
    constraint fk_messages_account_id_chat_id_chats
        foreign key (account_id, chat_id) references ingest.chats (account_id, id),
    constraint fk_messages_sender_id_people foreign key (sender_id) references ingest.people (id)
);
create index ix_messages_account_id_chat_id_at on ingest.messages (account_id, chat_id, at, id);
create index ix_messages_import_id on ingest.messages (import_id);
create index ix_messages_sender_id on ingest.messages (sender_id, chat_id);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("drop schema ingest cascade")
