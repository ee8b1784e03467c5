"""Importing, seen from outside."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from services.ingest.importing import import_export
from services.ingest.keys import load_keys
from shared.contracts.ingest import Import
from shared.contracts.jobs import JobState
from shared.errors import Invalid, NotFound, TooLarge
from tests.integration.ingest.conftest import SAMPLE, World, account, chat, message


def parts(imported: Import) -> int:
    report = imported.report
    return report.new + report.changed + report.unchanged + report.service + sum(report.refused.values())


async def test_the_sample_is_imported_whole(world: World) -> None:
    imported = await world.import_file(SAMPLE)
    raw = json.loads(SAMPLE.read_text().replace("\\x0b", "\\u000b"))
    messages = [m for c in raw["chats"]["list"] for m in c["messages"]]
    kinds = Counter(m["type"] for m in messages)
    assert imported.state == JobState.DONE, imported.error
    assert imported.report.read == len(messages) == parts(imported)
    assert (imported.report.new, imported.report.service) == (kinds["message"], kinds["service"])
    assert imported.report.from_owner == sum(m.get("from_id") == "user5100000001" for m in messages)
    assert imported.report.refused == {}
    job = await world.client.job(imported.id)
    assert (job.state, job.detail["report"]["new"]) == (JobState.DONE, kinds["message"])
    assert not (world.settings.uploads / imported.id).exists(), "the upload is deleted"


async def test_a_repeated_import_changes_nothing_and_an_edit_updates(world: World, tmp_path: Path) -> None:
    export = account(chat(7, message(1, 2, "Hello Ada"), message(2, 1, "hi"), message(3, 2, "How are you?")))
    first = await world.import_export(export, tmp_path)
    before = await world.rows("select * from ingest.messages order by id")
    again = await world.import_export(export, tmp_path)
    assert (first.report.new, again.report.new, again.report.changed, again.report.unchanged) == (3, 0, 0, 3)
    assert await world.rows("select * from ingest.messages order by id") == before

    export["chats"]["list"][0]["messages"][1] |= {"text": "hi there", "edited_unixtime": "1700009000"}
    edited = await world.import_export(export, tmp_path)
    assert (edited.report.new, edited.report.changed, edited.report.unchanged) == (0, 1, 2)
    assert await world.rows("select clean from ingest.messages where id = 2") == [("hi there",)]


async def test_the_same_file_again_is_not_read_again(world: World, tmp_path: Path) -> None:
    export = account(chat(7, message(1, 2, "Hello Ada"), message(2, 1, "hi"), message(3, 2, "How are you?")))
    first = await world.import_export(export, tmp_path)
    queued = await world.client.upload(tmp_path / "result.json", consent=True)
    (world.settings.uploads / queued.id / "result.json").write_text("unreadable")
    await import_export(world.stage(queued.id), queued.id)
    again = await world.client.get_import(queued.id)
    assert (again.state, again.owner) == (JobState.DONE, first.owner)
    expected = first.report.model_copy(update={"new": 0, "unchanged": 3, "masked": {}})
    assert again.report == expected
    assert len(await world.client.consents()) == 2, "the owner's own, for training and for retrieval"


async def test_the_same_file_is_read_again_when_something_came_between(world: World, tmp_path: Path) -> None:
    old = account(chat(7, message(1, 2, "Hello Ada"), message(2, 1, "hi")))
    new = account(chat(7, message(1, 2, "Hello Ada"), message(2, 1, "hi there", edited_unixtime="1700009000")))
    for export, changed in ((old, 0), (new, 1), (old, 1)):
        assert (await world.import_export(export, tmp_path)).report.changed == changed
    await world.client.forget("Boris Orlov")
    after = await world.import_export(old, tmp_path)
    assert (after.report.unchanged, after.report.refused) == (0, {"forgotten": 2})


async def test_topics_answers_across_chats_and_what_is_beside_the_text(world: World, tmp_path: Path) -> None:
    poll = {"question": "Tea?", "closed": False, "total_voters": 2, "answers": [{"text": "yes", "voters": 2}]}
    voice = {"media_type": "voice_message", "file": "voice_messages/audio_1.ogg", "duration_seconds": 7}
    reaction = {"type": "emoji", "count": 1, "emoji": "👍"}
    forum = chat(
        9,
        {"id": 1, "type": "service", "action": "topic_created", "title": "Holidays in Genoa", "actor_id": "user2"},
        message(2, 2, "Who comes along?", reply_to_message_id=1),
        message(3, 1, "Me", reply_to_message_id=2),
        message(4, 1, "And here?"),
        message(5, 2, "See there", reply_to_message_id=1, reply_to_peer_id="channel7"),
        message(6, 1, "", **voice),
        message(
            7, 2, "", poll=poll, reactions=[{"type": "emoji", "count": 1, "emoji": "👍", "recent": [{"from": "B"}]}]
        ),
        message(8, 2, "Opening hours", via_business_bot="@shop"),
        kind="private_supergroup",
    )
    imported = await world.import_export(account(forum), tmp_path)
    assert (imported.report.topics, imported.report.service_by) == (1, {"topic_created": 1})
    assert (imported.report.by_chat, imported.report.by_month) == ({"9": 7}, {"2023-11": 7})
    rows = await world.rows("select id, topic, reply_chat, media, business from ingest.messages order by id")
    assert rows == [
        (2, 1, None, None, False),
        (3, 1, None, None, False),
        (4, None, None, None, False),
        (5, None, 7, None, False),
        (6, None, None, "voice_message", False),
        (7, None, None, "poll", False),
        (8, None, None, None, True),
    ]
    keys = load_keys(world.settings.key_file)
    sealed = dict(await world.rows("select id, details from ingest.messages where details is not null"))
    assert json.loads(keys.unseal(sealed[6])) == {k: v for k, v in voice.items() if k != "media_type"}
    assert json.loads(keys.unseal(sealed[7])) == {"reactions": [reaction], "poll": poll}
    assert [keys.unseal(title) for (title,) in await world.rows("select title from ingest.topics")] == [
        "Holidays in Genoa"
    ]


async def test_what_is_refused_is_counted_by_reason_with_examples(world: World, tmp_path: Path) -> None:
    odd = [
        {"id": 2, "type": "unsupported"},
        {"type": "message", "text": "no id"},
        message(4, 2, {"wrong": 1}),
        message(5, 2, ""),
        message(6, 2, "no date") | {"date": None, "date_unixtime": None},
        message(7, 2, "no sender") | {"from_id": None},
        "not a message",
        {"id": 9, "type": "service", "action": "phone_call"},
    ]
    imported = await world.import_export(account(chat(7, message(1, 1, "hello"), *odd)), tmp_path)
    reasons = "type_unsupported id_missing text_wrong text_empty date_missing from_id_missing message_wrong"
    assert imported.state == JobState.DONE
    assert imported.report.refused == dict.fromkeys(reasons.split(), 1)
    assert (imported.report.read, imported.report.new, imported.report.service) == (9, 1, 1)
    example = next(e for e in imported.report.refused_examples if e.reason == "text_wrong")
    assert (example.chat, example.message_id, example.field) == ("7", 4, "text")


BROKEN = {
    "cut short": (
        '{"personal_information": {"user_id": 1}, "chats": {"list": [{"id": 7, "type": "personal_chat", "mess',
        "cut short",
    ),
    "not JSON": ("hello there, this is a diary", "it is not JSON"),
    "bad token": ('{"id": 7, "type": "personal_chat", "messages": [nope]}', "not valid JSON near byte"),
    "HTML": ("<!DOCTYPE html><html></html>", "HTML"),
    "WhatsApp": ("12/31/23, 10:15 PM - Ada: hello", "WhatsApp"),
    "Discord": ('{"guild": {"id": "1"}, "channel": {}, "messages": [{"id": "1"}]}', "Discord"),
    "Slack": ('[{"ts": "1", "user": "U1", "text": "x"}]', "Slack"),
    "nothing known": ('{"a": 1}', "neither a field messages nor a field chats"),
    "messages no list": ('{"id": 7, "type": "personal_chat", "messages": {}}', "messages is not a list"),
    "id no number": (
        '{"chats": {"list": [{"type": "personal_chat", "id": "7", "messages": []}]}}',
        "chats.list[0].id is not a number",
    ),
    "type no text": ('{"id": 7, "type": 3, "messages": []}', "type is not a text"),
    "no chats": ('{"chats": {"list": []}}', "holds no messages"),
    "user_id no number": ('{"personal_information": {"user_id": "x"}}', "personal_information.user_id"),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_file_is_one_clear_line_and_leaves_nothing(world: World, tmp_path: Path, name: str) -> None:
    content, said = BROKEN[name]
    file = tmp_path / "export.json"
    file.write_text(content)
    imported = await world.import_file(file)
    assert imported.state == JobState.FAILED
    assert imported.error is not None
    assert said in imported.error
    assert "export.json" in imported.error
    assert "\n" not in imported.error
    for table in ("messages", "chats", "people", "accounts"):
        assert await world.rows(f"select count(*) from ingest.{table}") == [(0,)]
    assert not any(world.settings.uploads.iterdir())
    good = await world.import_export(account(chat(7, message(1, 1, "hello"))), tmp_path)
    assert good.state == JobState.DONE, "the next try works"


async def test_an_export_without_the_owner_says_so(world: World, tmp_path: Path) -> None:
    imported = await world.import_export(account(chat(7, message(1, 2, "hello")), user_id=1), tmp_path)
    assert imported.state == JobState.FAILED
    assert "no message of the owner" in (imported.error or "")


async def test_a_single_chat_knows_its_owner_or_asks(world: World, tmp_path: Path) -> None:
    named_after_contact = chat(2, message(1, 2, "hello"), message(2, 1, "hi"))
    assert (await world.import_export(named_after_contact, tmp_path)).state == JobState.DONE
    owners = [p for p in await world.client.people(names=True) if p.is_owner]
    assert [p.name for p in owners] == ["Ada Byron"]

    unclear = chat(9, message(1, 4, "hello"), message(2, 5, "hi"), kind="private_group", name="Group")
    failed = await world.import_export(unclear, tmp_path)
    assert "does not say whose export it is" in (failed.error or "")
    assert "owner=" in (failed.error or "")
    assert (await world.import_export(unclear, tmp_path, owner="Person 4")).state == JobState.DONE


async def test_an_upload_is_limited_and_named_safely(world: World, tmp_path: Path) -> None:
    limited = world.settings.model_copy(update={"max_export_bytes": 10})
    world.client._http._transport.app.state.rooms.withdrawal.__dict__["settings"] = limited  # type: ignore[attr-defined]
    file = tmp_path / "big.json"
    file.write_text("x" * 11)
    with pytest.raises(TooLarge, match="larger than 10 bytes"):
        await world.client.upload(file, consent=False)
    assert not any(world.settings.uploads.glob("*"))
    file.write_text("")
    with pytest.raises(Invalid, match="empty"):
        await world.client.upload(file, consent=False)
    with pytest.raises(NotFound):
        await world.client.get_import("nothing")


async def test_the_same_file_twice_at_once_is_one_import(world: World) -> None:
    first = await world.client.upload(SAMPLE, consent=True)
    second = await world.client.upload(SAMPLE, consent=True)
    assert first.id == second.id
    assert len(await world.client.imports()) == 1


async def test_raw_text_names_and_evidence_are_sealed(world: World, tmp_path: Path) -> None:
    await world.import_export(account(chat(7, message(1, 2, "call me: +31 6 12345678"), message(2, 1, "ok"))), tmp_path)
    raw, clean = (await world.rows("select raw, clean from ingest.messages where id = 1"))[0]
    assert b"12345678" not in raw
    assert clean == "call me: <phone>"
    for table, column in (("people", "profile"), ("chats", "name"), ("consents", "evidence")):
        for (value,) in await world.rows(f"select {column} from ingest.{table}"):
            assert b"Boris" not in value
            assert b"owner" not in value
    assert world.settings.key_file.stat().st_mode & 0o777 == 0o600


async def test_older_messages_are_cleaned_again_when_a_name_becomes_known(world: World, tmp_path: Path) -> None:
    await world.import_export(
        account(chat(7, message(1, 2, "Cleo Marsh sends her love"), message(2, 1, "ok"))), tmp_path
    )
    assert await world.rows("select clean from ingest.messages where id = 1") == [("<name> sends her love",)]
    await world.import_export(account(chat(8, message(1, 3, "hello"), message(2, 1, "hi"), name="Cleo")), tmp_path)
    cleo = next(p.id for p in await world.client.people(names=True) if p.name == "Cleo Marsh")
    assert await world.rows("select clean from ingest.messages where id = 1 and chat_id = 7") == [
        (f"{cleo} sends her love",)
    ]
