"""Alembic's entry point; ``shared.migrations.run`` configures it."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "", poolclass=NullPool)
with engine.connect() as connection:
    # Two migrations at once (two containers starting) must not race.
    connection.execute(text("select pg_advisory_lock(hashtext('anselm-migrate'))"))
    context.configure(connection=connection, include_schemas=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
