"""The models are what the migrations make: also their indexes on expressions, which Alembic cannot compare."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, Table, inspect

from services.feedback.models import Base as Feedback
from services.retrieval.models import Base as Retrieval
from shared.database import Database

TABLES = [*Feedback.metadata.sorted_tables, *Retrieval.metadata.sorted_tables]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.fullname)
async def test_columns_keys_and_indexes(database: Database, table: Table) -> None:
    def found(connection: Connection) -> tuple[dict[str, bool], set[str], set[str | None]]:
        inspector = inspect(connection)
        columns = {c["name"]: c["nullable"] for c in inspector.get_columns(table.name, schema=table.schema)}
        key = set(inspector.get_pk_constraint(table.name, schema=table.schema)["constrained_columns"])
        return columns, key, {i["name"] for i in inspector.get_indexes(table.name, schema=table.schema)}

    async with database.engine.connect() as connection:
        columns, key, indexes = await connection.run_sync(found)
    assert columns == {c.name: bool(c.nullable) for c in table.columns}
    assert key == {c.name for c in table.primary_key}
    assert {index.name for index in table.indexes} <= indexes
