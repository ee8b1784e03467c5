from __future__ import annotations

import asyncio
import time

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from cli.stack import ports
from shared.database import Database
from shared.errors import Invalid, StorageFull, Unavailable
from shared.settings import Settings


@pytest.fixture
async def table(database: Database) -> Database:
    async with database.transaction() as session:
        await session.execute(text("create table things (id int primary key, word text)"))
    return database


async def count(database: Database) -> int:
    async with database.transaction() as session:
        return int((await session.execute(text("select count(*) from things"))).scalar_one())


async def test_a_transaction_is_committed_at_its_end(table: Database) -> None:
    async with table.transaction() as session:
        await session.execute(text("insert into things values (1, 'a')"))
        assert await count(table) == 0
    assert await count(table) == 1


async def test_an_error_rolls_everything_back(table: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with table.transaction() as session:
            await session.execute(text("insert into things values (1, 'a')"))
            _ = 1 / 0
    assert await count(table) == 0


async def test_a_fault_of_ours_stays_what_it_is_and_does_not_quote_values(table: Database) -> None:
    insert = text("insert into things values (:id, :word)")
    async with table.transaction() as session:
        await session.execute(insert, {"id": 1, "word": "a secret meeting"})
    with pytest.raises(IntegrityError) as caught:
        async with table.transaction() as session:
            await session.execute(insert, {"id": 1, "word": "a secret meeting"})
    assert "secret" not in str(caught.value)
    with pytest.raises(ProgrammingError):
        async with table.transaction() as session:
            await session.execute(text("select * from nowhere"))


async def test_a_value_that_cannot_be_stored_is_invalid(table: Database) -> None:
    with pytest.raises(Invalid):
        async with table.transaction() as session:
            await session.execute(text("insert into things values (1, :word)"), {"word": "nul \x00"})


async def test_no_server_is_unavailable_within_seconds(settings: Settings) -> None:
    nobody = f"postgresql://anselm@127.0.0.1:{ports.free_port()}/anselm"
    gone = Database(settings.model_copy(update={"database_url": nobody}))
    began = time.monotonic()
    with pytest.raises(Unavailable, match="PostgreSQL does not answer"):
        await gone.ping()
    assert time.monotonic() - began < 5
    await gone.close()


async def test_a_wrong_password_and_a_missing_database_are_unavailable(settings: Settings) -> None:
    for changes in (
        {"postgres_password": type(settings.postgres_password)("wrong")},
        {"database_url": _other(settings)},
    ):
        database = Database(settings.model_copy(update=changes))
        with pytest.raises(Unavailable):
            await database.ping()
        await database.close()


def _other(settings: Settings) -> str:
    return settings.database_url.rpartition("/")[0] + "/no_such_database"


async def test_a_connection_cut_in_the_middle_is_unavailable_and_the_next_transaction_works(table: Database) -> None:
    with pytest.raises(Unavailable):
        async with table.transaction() as victim:
            pid = (await victim.execute(text("select pg_backend_pid()"))).scalar_one()
            async with table.transaction() as session:
                await session.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": pid})
            await victim.execute(text("select 1"))
    assert await count(table) == 0


async def test_a_connection_cut_between_transactions_is_not_noticed(table: Database) -> None:
    async with table.transaction() as session:
        pid = (await session.execute(text("select pg_backend_pid()"))).scalar_one()
    other = Database(table_settings(table), pooled=False)
    async with other.transaction() as session:
        await session.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    await other.close()
    assert await count(table) == 0


def table_settings(database: Database) -> Settings:
    url = database.engine.url.set(drivername="postgresql")
    return Settings(_env_file=None, database_url=url.render_as_string(hide_password=False))


@pytest.mark.parametrize(
    ("state", "error"),
    [
        ("53100", StorageFull),
        ("40001", Unavailable),
        ("40P01", Unavailable),
        ("53300", Unavailable),
        ("57P01", Unavailable),
    ],
)
async def test_what_the_server_reports_becomes_an_error_of_the_tree(
    database: Database, state: str, error: type[Exception]
) -> None:
    raising = f"do $$ begin raise exception 'told' using errcode = '{state}'; end $$"
    with pytest.raises(error):
        async with database.transaction() as session:
            await session.execute(text(raising))


async def test_errors_of_the_driver_itself_too(table: Database) -> None:
    with pytest.raises(Invalid):
        async with table.transaction() as session:
            connection = await (await session.connection()).get_raw_connection()
            driver = connection.driver_connection
            assert isinstance(driver, psycopg.AsyncConnection)
            async with driver.cursor() as cursor, cursor.copy("copy things from stdin") as copy:
                await copy.write_row([1 << 40, "a"])
    assert await count(table) == 0


async def test_an_exhausted_pool_is_unavailable(database: Database) -> None:
    database.engine.pool._timeout = 0.1  # type: ignore[attr-defined]
    release = asyncio.Event()
    taken = 0

    async def hold() -> None:
        nonlocal taken
        async with database.transaction() as session:
            await session.execute(text("select 1"))
            taken += 1
            await release.wait()

    async with asyncio.TaskGroup() as group:
        for _ in range(15):
            group.create_task(hold())
        async with asyncio.timeout(20):
            while taken < 15:
                await asyncio.sleep(0.01)
        with pytest.raises(Unavailable, match="no connection free"):
            await database.ping()
        release.set()
