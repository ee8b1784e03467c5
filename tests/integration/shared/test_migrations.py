from __future__ import annotations

import importlib
import multiprocessing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Index, MetaData, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from cli.stack import ports
from shared.errors import Unavailable
from shared.migrations.run import ROOT, configuration, migrate
from shared.settings import Settings

#: Schemas by service, of those that own tables.
SCHEMAS = {"ingest": "ingest", "trainer": "training", "retrieval": "memory", "feedback": "feedback"}
OWNERS = sorted({path.parent.parent.name for path in (ROOT / "services").glob("*/migrations/0*.py")})


@pytest.fixture
def empty(settings: Settings) -> Settings:
    """Settings of a database without any service's schema."""
    engine = create_engine(settings.sqlalchemy_url, poolclass=NullPool)
    with engine.begin() as connection:
        for schema in SCHEMAS.values():
            connection.execute(text(f"drop schema if exists {schema} cascade"))
        connection.execute(text("drop table if exists alembic_version"))
    return settings


def tables(settings: Settings) -> dict[str, list[str]]:
    inspector = inspect(create_engine(settings.sqlalchemy_url, poolclass=NullPool))
    return {schema: sorted(inspector.get_table_names(schema)) for schema in SCHEMAS.values()}


def versions(settings: Settings) -> set[str]:
    with create_engine(settings.sqlalchemy_url, poolclass=NullPool).connect() as connection:
        return set(connection.execute(text("select version_num from alembic_version")).scalars())


def test_every_branch_is_named_for_its_service_and_has_one_head(settings: Settings) -> None:
    script = ScriptDirectory.from_config(configuration(settings))
    assert sorted(next(iter(script.get_revision(base).branch_labels)) for base in script.get_bases()) == OWNERS
    assert len(script.get_heads()) == len(OWNERS)
    for revision in script.walk_revisions():
        folder = Path(revision.path).parent.parent.name
        assert revision.revision.startswith(f"{folder}_"), revision.path
        assert Path(revision.path).name.startswith(revision.revision.removeprefix(f"{folder}_")), revision.path


def test_migrating_twice_changes_nothing(empty: Settings) -> None:
    migrate(empty)
    first = tables(empty), versions(empty)
    migrate(empty)
    assert (tables(empty), versions(empty)) == first


@pytest.mark.parametrize("service", OWNERS)
def test_the_models_are_what_the_migrations_make(settings: Settings, service: str) -> None:
    metadata = metadata_of(service)
    schema = SCHEMAS[service]
    assert {table.schema for table in metadata.tables.values()} == {schema}
    options: dict[str, Any] = {
        "include_schemas": True,
        "include_name": lambda name, kind, _: kind != "schema" or name == schema,
        "include_object": lambda item, _, kind, reflected, __: (
            not (kind == "index" and reflected and of_expressions(item))
        ),
        "compare_type": True,
        "compare_server_default": False,
    }
    with create_engine(settings.sqlalchemy_url, poolclass=NullPool).connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def of_expressions(index: Index) -> bool:
    """Such an index (of a cast, for one dimension of vectors) has no form that a model and a database share."""
    return not all(isinstance(part, Column) for part in index.expressions)


def metadata_of(service: str) -> MetaData:
    models = importlib.import_module(f"services.{service}.models")
    found = {value.metadata for value in vars(models).values() if hasattr(value, "__table__")}
    (metadata,) = found
    return metadata


def test_two_migrations_at_once_do_not_race(empty: Settings) -> None:
    fork = multiprocessing.get_context("spawn")
    both = [fork.Process(target=migrate, args=(empty,)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    assert len(versions(empty)) == len(OWNERS)


def test_no_database_is_unavailable(settings: Settings) -> None:
    nobody = f"postgresql://anselm@127.0.0.1:{ports.free_port()}/anselm"
    with pytest.raises(Unavailable):
        migrate(settings.model_copy(update={"database_url": nobody}))
