"""Taking the history out, and bringing it into an empty installation: nothing changes on the way."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from examples.generate import write_export
from services.ingest import exporting, key_file
from services.ingest.keys import load_keys
from services.ingest.repository.history import History
from shared.errors import Conflict, NotFound, StorageFull
from tests.integration.ingest.conftest import SAMPLE, World, account, chat, message

TABLES = "messages, topics, consents, imports, dataset_examples, datasets, sides, chats, accounts, people"
#: What was found in words: not part of what leaves.
FOUND = "found_names"
MESSAGES = (
    "select chat_id, m.id, at, pseudonym, edited_at, reply_to, reply_chat, topic, forwarded, via_bot, business, media, "
    "raw, details, clean, encode(fingerprint, 'hex') from ingest.messages m join ingest.people p on p.id = sender_id "
    "order by 1, 2"
)


async def taken_out(world: World, owner: str | None = None) -> bytes:
    return b"".join([piece async for piece in world.client.export(owner)])


async def empty(world: World) -> None:
    async with world.database.transaction() as session:
        await session.execute(
            text(f"truncate {', '.join(f'ingest.{t}' for t in [*TABLES.split(', '), FOUND])} restart identity")
        )


def other_key(world: World) -> None:
    """As in a new installation."""
    world.settings.key_file.unlink()
    key_file.create(world.settings.key_file)


async def stored(world: World) -> dict[str, Any]:
    """Everything that an import left, with its seals opened."""
    keys = load_keys(world.settings.key_file)

    def opened(value: object) -> object:
        return keys.unseal(value) if isinstance(value, bytes) else value

    queries = {
        "messages": MESSAGES,
        "chats": "select id, type, name from ingest.chats order by 1",
        "topics": "select chat_id, id, title from ingest.topics order by 1, 2",
    }
    found: dict[str, Any] = {
        name: [tuple(map(opened, row)) for row in await world.rows(query)] for name, query in queries.items()
    }
    profiles = await world.rows("select profile from ingest.people")
    return {**found, "people": sorted(person(keys.unseal(profile)) for (profile,) in profiles)}


def person(sealed: str) -> tuple[Any, ...]:
    profile = orjson.loads(sealed)
    about = profile["profile"]
    return profile["peer"], tuple(sorted(about["names"])), about["first_name"], about["username"]


def rich() -> dict[str, Any]:
    """Every kind of thing that an export may hold and ingest keeps."""
    mention = {"type": "mention_name", "text": "Bo", "user_id": 2}
    private = chat(
        2,
        message(1, 2, "ahoi «ада» \u2028 \\x07 \"quoted\" \x07"),
        message(2, 1, ["see ", {"type": "link", "text": "https://example.org"}, " Bo"], text_entities=[mention]),
        message(3, 1, "later", edited="2023-11-15T00:00:00", edited_unixtime="1700009000", reply_to_message_id=1),
        message(4, 2, "", media_type="voice_message", file="voice/1.ogg", mime_type="audio/ogg", duration_seconds=4),
        message(5, 2, "", photo="(File not included. Change data exporting settings to download.)", width=9, height=7),
        message(6, 2, "", location_information={"latitude": 1.5, "longitude": 2.5}),
        message(7, 1, "", media_type="sticker", file="s.webp", sticker_emoji="😀", via_bot="@gif"),
        message(8, 1, "copied", forwarded_from="Somebody", reactions=[{"type": "emoji", "count": 2, "emoji": "❤"}]),
        message(9, 1, "for a customer", via_business_bot="@helper"),
        message(10, 2, "back there", reply_to_message_id=77, reply_to_peer_id="channel8"),
        message(11, 2, "gone"),
        {"id": 12, "type": "service", "action": "phone_call", "actor_id": "user2"},
        message(13, 2, "", poll={"question": "Tea?", "closed": False, "total_voters": 3, "answers": [
            {"text": "yes", "voters": 2, "chosen": True}, {"text": "no", "voters": 1, "chosen": False}]}),
        message(-999_999_000, 2, "from before the group moved"),
    )  # fmt: skip
    private["messages"][10] |= {"from": None, "from_id": "user44"}
    forum = chat(
        8,
        {"id": 1, "type": "service", "action": "topic_created", "title": "Plans & <boats>"},
        message(77, 3, "a plan", name="Cleo Marsh"),
        message(78, 3, "another", name="Cleo M."),
        message(79, 9, "posted", name="The News") | {"from_id": "channel9"},
        {"id": 80, "type": "service", "action": "topic_created", "title": "Nothing yet"},
        kind="private_supergroup",
        name="Harbour",
    )
    saved = {"type": "saved_messages", "id": 1, "messages": [message(1, 1, "a note")]}
    contacts = [
        {"user_id": 2, "first_name": "Boris", "last_name": "Orlov"},
        {"user_id": 70, "first_name": "Never", "last_name": "Wrote"},
    ]
    return {"contacts": {"about": "", "list": contacts}, **account(private, forum, saved, chat(60, kind="bot_chat"))}


@pytest.mark.parametrize("source", ["sample", "rich", "generated"])
@pytest.mark.parametrize("same_key", [True, False])
async def test_out_and_in_and_out_again_is_the_same(world: World, tmp_path: Path, source: str, same_key: bool) -> None:
    file = SAMPLE if source == "sample" else tmp_path / "result.json"
    if source == "rich":
        file.write_text(json.dumps(rich()))
    elif source == "generated":
        with file.open("w") as out:
            write_export(out, 2_000, chats=7, seed=12)
    await world.import_file(file)
    first, before = await taken_out(world), await stored(world)
    assert len(before["messages"]) > 10
    await empty(world)
    if not same_key:
        other_key(world)
    (tmp_path / "out.json").write_bytes(first)
    imported = await world.import_file(tmp_path / "out.json")
    assert imported.error is None
    assert (imported.report.new, imported.report.refused) == (len(before["messages"]), {})
    assert await taken_out(world) == first
    after = await stored(world)
    if not same_key:
        for rows in (before, after):
            rows["messages"] = [without_what_a_key_makes(row) for row in rows["messages"]]
    assert after == before


def without_what_a_key_makes(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Without pseudonym, clean text and fingerprint."""
    return (*row[:3], *row[4:14])


async def test_what_was_taken_out_changes_nothing_where_it_came_from(world: World, tmp_path: Path) -> None:
    await world.import_export(rich(), tmp_path)
    out = tmp_path / "out.json"
    out.write_bytes(await taken_out(world))
    again = await world.import_file(out)
    assert (again.report.new, again.report.changed) == (0, 0)


async def test_it_reads_like_an_export(world: World, tmp_path: Path) -> None:
    await world.import_export(rich(), tmp_path)
    document = json.loads(await taken_out(world))
    about = {"user_id": 1, "first_name": "Ada", "last_name": "Byron", "username": "@adabyron"}
    assert document["personal_information"] == about
    chats = {one["id"]: one for one in document["chats"]["list"]}
    assert [(c["id"], c["type"], c.get("name")) for c in chats.values()] == [
        (1, "saved_messages", None),
        (2, "personal_chat", "Boris Orlov"),
        (8, "private_supergroup", "Harbour"),
        (60, "bot_chat", "Boris Orlov"),
    ]
    topics = [(m["id"], m["title"]) for m in chats[8]["messages"] if m["type"] == "service"]
    assert topics == [(1, "Plans & <boats>"), (80, "Nothing yet")]
    assert [m["id"] for m in chats[8]["messages"]] == [1, 77, 78, 79, 80]
    by_id = {m["id"]: m for m in chats[2]["messages"]}
    assert (by_id[10]["reply_to_message_id"], by_id[10]["reply_to_peer_id"]) == (77, "channel8")
    assert by_id[13]["poll"]["answers"][0] == {"text": "yes", "voters": 2, "chosen": True}
    assert (by_id[11]["from"], by_id[11]["from_id"]) == (None, "user44")


async def test_whose_export_is_said_where_it_is_not_clear(world: World, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no history"):
        await taken_out(world)
    await world.import_export(account(chat(2, message(1, 2, "hi"), message(2, 1, "hello"))), tmp_path)
    await world.import_export(account(chat(3, message(1, 5, "other"), message(2, 2, "one")), user_id=5), tmp_path)
    with pytest.raises(Conflict, match="several accounts"):
        await taken_out(world)
    assert b'"other"' not in await taken_out(world, "user_" + (await own(world, "Ada Byron")))
    assert b'"other"' in await taken_out(world, "Person 5")
    with pytest.raises(NotFound, match="a contact, not an owner"):
        await taken_out(world, "Boris Orlov")


async def own(world: World, name: str) -> str:
    return next(p.id for p in await world.client.people(names=True) if p.name == name).removeprefix("user_")


async def test_a_forum_whose_import_failed_leaves_nothing(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> None:
        raise StorageFull("The database's disk is full.")

    monkeypatch.setattr(History, "write", full)
    failed = await world.import_export(rich(), tmp_path)
    assert "disk is full" in (failed.error or "")
    for table in ("topics", "chats", "messages"):
        assert await world.rows(f"select count(*) from ingest.{table}") == [(0,)]


async def test_memory_does_not_grow_with_the_history(world: World, tmp_path: Path) -> None:
    peaks = []
    for count in (1_000, 10_000):
        file = tmp_path / "result.json"
        with file.open("w") as out:
            write_export(out, count, chats=2, seed=6)
        await world.import_file(file)
        keys, size = load_keys(world.settings.key_file), 0
        tracemalloc.start()
        async for piece in exporting.stream_export(world.database, keys, 1):
            size += len(piece)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert size > 250 * count
    assert peaks[1] < 1.5 * peaks[0] + 500_000
