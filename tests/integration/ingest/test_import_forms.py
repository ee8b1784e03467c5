"""Every form in which an export may come: a zip of JSON or HTML, one page, a folder."""

from __future__ import annotations

import asyncio
import json
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cli.commands.imports import run
from services.ingest.importing import import_export
from shared.contracts.jobs import JobState
from tests.integration.ingest.conftest import World, account, chat, message
from tests.unit.ingest.html_export import account_pages, pages_of
from tests.unit.ingest.test_archive import BAD

CONTENT = (
    "select chat_id, m.id, at, pseudonym, reply_to, media, clean from ingest.messages m "
    "join ingest.people p on p.id = sender_id order by 1, 2"
)


def export(*more: dict[str, Any]) -> dict[str, Any]:
    boris = [
        message(1, 2, "Hello Ada"),
        message(2, 1, "hi Boris", reply_to_message_id=1),
        message(3, 2, "How are you?"),
    ]
    hiking = [message(11, 1, "Sunday?"), message(12, 3, "yes"), message(13, 2, "me too")]
    group = chat(50, *hiking, kind="private_supergroup", name="Hiking")
    return account(chat(2, *boris, *more), group)


def zipped(file: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return file


async def test_a_zip_of_json_is_imported_as_the_json_is(world: World, tmp_path: Path) -> None:
    file = zipped(
        tmp_path / "DataExport.zip", {"DataExport/result.json": json.dumps(export()), "DataExport/p.jpg": "x"}
    )
    packed = await world.import_file(file)
    assert (packed.state, packed.report.new, packed.report.from_owner) == (JobState.DONE, 6, 2)
    plain = await world.import_export(export(), tmp_path)
    assert (plain.report.new, plain.report.unchanged) == (0, 6)


async def test_html_names_the_people_and_chats_that_are_known(world: World, tmp_path: Path) -> None:
    await world.import_export(export(), tmp_path)
    before, people = await world.rows(CONTENT), await world.client.people()
    newer = account_pages(export(message(4, 1, "fine, thanks")), size=2)
    imported = await world.import_file(zipped(tmp_path / "DataExport.zip", newer))
    assert imported.state == JobState.DONE, imported.error
    assert (imported.report.new, imported.report.changed, imported.report.unchanged) == (1, 0, 6)
    assert [row for row in await world.rows(CONTENT) if row[1] != 4] == before
    assert [one.id for one in await world.client.people()] == [one.id for one in people]
    kinds = "select type from ingest.chats order by id"
    assert await world.rows(kinds) == [("personal_chat",), ("private_supergroup",)]


async def test_html_takes_nothing_away_but_brings_edits(world: World, tmp_path: Path) -> None:
    voice = {
        "media_type": "voice_message",
        "file": "voice_messages/a.ogg",
        "duration_seconds": 7,
        "mime_type": "audio/ogg",
    }
    loud = message(
        5, 1, "listen", **voice, reactions=[{"type": "emoji", "count": 1, "emoji": "👍", "document_id": "x"}]
    )
    await world.import_export(export(loud), tmp_path)
    sealed = "select id, details from ingest.messages where details is not null"
    before = await world.rows(sealed)
    same = await world.import_file(zipped(tmp_path / "a.zip", account_pages(export(loud))))
    assert (same.report.new, same.report.changed) == (0, 0)
    assert await world.rows(sealed) == before
    edited = account_pages(export({**loud, "text": "listen!"}))
    assert (await world.import_file(zipped(tmp_path / "b.zip", edited))).report.changed == 1
    assert await world.rows("select clean from ingest.messages where id = 5") == [("listen!",)]


async def test_html_alone_is_imported_twice_without_a_change(world: World, tmp_path: Path) -> None:
    file = zipped(tmp_path / "DataExport.zip", account_pages(export()))
    first, again = await world.import_file(file), await world.import_file(file)
    assert first.state == JobState.DONE, first.error
    assert (first.report.new, first.report.chats, again.report.unchanged) == (6, 2, 6)
    assert [one.name for one in await world.client.people(names=True) if one.is_owner] == ["Ada Byron"]


async def test_one_page_of_a_chat_knows_its_owner(world: World, tmp_path: Path) -> None:
    page = tmp_path / "messages.html"
    page.write_text(pages_of(export()["chats"]["list"][0])["messages.html"])
    assert (await world.import_file(page)).report.from_owner == 1
    page.write_text(pages_of(export()["chats"]["list"][1])["messages.html"])
    named = await world.import_file(page, owner="Cleo Marsh")
    assert (named.state, named.report.from_owner) == (JobState.DONE, 1)
    page.write_text(pages_of(export()["chats"]["list"][1], size=2)["messages.html"])
    cut = await world.import_file(page)
    assert "goes on in messages2.html, which is missing" in (cut.error or "")


@pytest.mark.parametrize("kind", ["json", "html"])
async def test_a_folder_is_packed_and_imported(world: World, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "DataExport"
    files = {"result.json": json.dumps(export())} if kind == "json" else account_pages(export())
    for name, text in {**files, "chats/chat_001/photos/p.jpg": "x" * 1_000_000}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)

    async def work() -> None:
        while not (queued := await world.client.imports()):
            await asyncio.sleep(0.01)
        assert (world.settings.uploads / queued[0].id / "DataExport.zip").stat().st_size < 100_000
        await import_export(world.stage(queued[0].id), queued[0].id)

    services = SimpleNamespace(ingest=world.client)
    done, _ = await asyncio.gather(run(services, folder), work())  # type: ignore[arg-type]
    assert (done.state, done.filename, done.report.new) == (JobState.DONE, "DataExport.zip", 6)


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_zip_is_one_clear_line_and_leaves_nothing(world: World, tmp_path: Path, name: str) -> None:
    made, _ = BAD[name]
    file = tmp_path / "upload.bin"
    file.write_bytes(made())
    imported = await world.import_file(file)
    assert imported.state == JobState.FAILED
    assert "upload.bin" in (imported.error or "")
    assert "\n" not in (imported.error or "")
    assert await world.rows("select count(*) from ingest.messages") == [(0,)]
    assert not any(world.settings.uploads.iterdir())
