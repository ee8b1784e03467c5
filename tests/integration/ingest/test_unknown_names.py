"""Names that the export does not list, from the import to the stored text."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.ingest import recognising
from services.ingest.cleaning.found import Found, Reading
from services.ingest.importing import import_export
from services.ingest.repository.found_names import FoundNames
from services.ingest.settings import IngestSettings
from shared.contracts.jobs import JobState
from shared.database import Database
from shared.errors import Unavailable
from shared.settings import Settings
from tests.integration.ingest.conftest import World, account, chat, message, open_world

CLEAN = "select clean from ingest.messages order by chat_id, id"


async def found(world: World) -> list[Found]:
    async with world.database.transaction() as session:
        return await FoundNames(session, world.stage("any").keys).all()


async def test_strangers_are_masked_everywhere_counted_and_remembered(world: World, tmp_path: Path) -> None:
    talk = chat(7, message(1, 2, "Frau Lindner and jessica came"), message(2, 1, "jessica? who is lindner"))
    imported = await world.import_export(account(talk), tmp_path)
    assert await world.rows(CLEAN) == [("Frau <name> and <name> came",), ("<name>? who is lindner",)]
    assert imported.report.masked["name"] == 3
    assert Found("jessica", Reading.NAME) in await found(world)
    for (sealed,) in await world.rows("select found from ingest.found_names"):
        assert b"jessica" not in sealed

    await world.import_export(account(chat(8, message(1, 2, "ok, jessica"), message(2, 1, "yes"))), tmp_path)
    assert (await world.rows(CLEAN))[2:] == [("ok, <name>",), ("yes",)]


async def test_nothing_is_cleaned_again_while_nothing_is_found(world: World, tmp_path: Path) -> None:
    await world.import_export(account(chat(7, message(1, 2, "jessica came"), message(2, 1, "ok"))), tmp_path)
    before = await world.rows("select distinct cleaned_with from ingest.messages")
    await world.import_export(account(chat(8, message(1, 2, "jessica left"), message(2, 1, "ok"))), tmp_path)
    assert await world.rows("select distinct cleaned_with from ingest.messages") == before


async def test_the_same_file_again_keeps_strangers_masked(world: World, tmp_path: Path) -> None:
    export = account(chat(7, message(1, 2, "jessica came"), message(2, 1, "ok")))
    await world.import_export(export, tmp_path)
    before = await world.rows("select clean, cleaned_with from ingest.messages order by id")
    await world.import_export(export, tmp_path)
    assert await world.rows("select clean, cleaned_with from ingest.messages order by id") == before


async def test_an_import_goes_on_when_the_process_that_finds_names_has_ended(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = account(chat(7, message(1, 2, "jessica came"), message(2, 1, "ok")))
    with monkeypatch.context() as broken, pytest.raises(Unavailable):
        broken.setattr(recognising.sys, "executable", "/bin/false")
        await world.import_export(export, tmp_path)
    (unended,) = await world.client.imports()
    assert not unended.state.ended
    await import_export(world.stage(unended.id), unended.id)
    assert (await world.client.get_import(unended.id)).state is JobState.DONE
    assert await world.rows(CLEAN) == [("<name> came",), ("ok",)]


async def test_the_owners_name_goes_too_where_that_is_set(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    own = IngestSettings(**settings.model_dump(), _env_file=None, mask_owner=True)
    async with open_world(own, database) as world:
        await world.import_export(account(chat(7, message(1, 2, "Hello Ada"), message(2, 1, "hi"))), tmp_path)
        owner = (await world.client.imports())[0].owner
        assert (await world.rows(CLEAN))[0] == (f"Hello {owner}",)


async def test_forgetting_a_word_forgets_its_typos(world: World) -> None:
    async with world.database.transaction() as session:
        names = FoundNames(session, world.stage("any").keys)
        await names.add([Found("miar", Reading.TYPO, "mira"), Found("jessica", Reading.NAME)])
        await names.add([Found("jessica", Reading.CAPITAL)])
        assert await names.all() == [Found("jessica", Reading.NAME), Found("miar", Reading.TYPO, "mira")]
        assert await names.remove({"mira"}) == {"miar"}
        assert await names.all() == [Found("jessica", Reading.NAME)]
