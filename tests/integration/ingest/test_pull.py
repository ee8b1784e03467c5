"""Pulling chats from Telegram, over a real socket."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from telethon.tl import types

from services.ingest.forgetting.outbox import deliver
from services.ingest.pulling import access
from shared.contracts.ingest import ConsentGrant, DatasetRequest
from shared.contracts.jobs import Job, JobState
from shared.errors import Conflict, Invalid, NotFound, Unavailable
from tests.integration.ingest.conftest import BOTH, account, chat, message
from tests.integration.ingest.pulls import HISTORY, TAKEOUT, Pulls
from tests.peers.mtproto import Chat, MtProto
from tests.peers.mtproto.account import BEGAN


@pytest.fixture(autouse=True)
async def logged_in(pulls: Pulls) -> None:
    await pulls.log_in()


def talk(telegram: MtProto, number: int = 2, name: str = "Boris", messages: int = 20) -> Chat:
    found = telegram.account.private_chat(number, name, "Orlov")
    for i in range(messages):
        found.say(
            f"{name} says {i * 7919 % 1000}" if i % 2 else f"I say {i * 104_729 % 997}", by=number if i % 2 else None
        )
    return found


async def clean(pulls: Pulls, chat: int = 2) -> dict[int, str]:
    return dict(await pulls.world.rows(f"select id, clean from ingest.messages where chat_id = {chat} order by id"))


async def test_a_private_chat_becomes_an_import(pulls: Pulls, telegram: MtProto) -> None:
    talk(telegram, messages=250)
    done = await pulls.pull(dms=True)
    assert (done.state, done.source, done.filename, done.error) == (JobState.DONE, "pull", "pull.jsonl", None)
    assert (done.report.read, done.report.new, done.report.from_owner) == (250, 250, 125)
    (person,) = [one for one in await pulls.world.client.people(names=True) if not one.is_owner]
    assert (person.name, person.messages) == ("Boris Orlov", 125)
    (listed,) = await pulls.world.client.chats(names=True)
    assert (listed.id, listed.type, listed.name, listed.messages) == (2, "personal_chat", "Boris Orlov", 250)
    assert {one.purpose for one in await pulls.world.client.consents()} == {"train", "retrieve"}
    assert (await pulls.world.client.telegram()).account == done.owner
    assert not (pulls.world.settings.uploads / done.id).exists(), "what was fetched is gone"


async def test_the_next_pull_asks_for_what_is_new_and_a_little_more(pulls: Pulls, telegram: MtProto) -> None:
    boris = talk(telegram, messages=900)
    await pulls.pull(dms=True)
    assert await pulls.world.rows("select pulled_to from ingest.chats") == [(900,)]
    telegram.requests.clear()
    boris.say("new")
    done = await pulls.pull(again=True)
    assert (done.report.read, done.report.new, done.report.unchanged) == (501, 1, 500)
    assert pulls.asked_above() == [400, 500, 600, 700, 800, 900, 901]
    assert await pulls.world.rows("select pulled_to from ingest.chats") == [(901,)]


async def test_a_pull_with_nothing_new_ends_well(pulls: Pulls, telegram: MtProto) -> None:
    talk(telegram, messages=6)
    await pulls.pull(dms=True)
    before = await pulls.state()
    again = await pulls.pull(dms=True)
    assert (again.state, again.report.new, again.report.unchanged, again.report.deleted) == (JobState.DONE, 0, 6, 0)
    assert await pulls.state() == before


async def test_an_empty_chat_and_one_in_which_the_owner_is_silent(pulls: Pulls, telegram: MtProto) -> None:
    telegram.account.private_chat(3, "Cleo")
    done = await pulls.pull(chats=["Cleo"])
    assert (done.state, done.report.read) == (JobState.DONE, 0)
    telegram.account.private_chat(4, "Dora").say("hello?", by=4)
    done = await pulls.pull(chats=["Dora"])
    assert (done.state, done.report.new, done.report.from_owner) == (JobState.DONE, 1, 0)


async def test_edits_and_deletions_are_seen_by_the_next_pull(pulls: Pulls, telegram: MtProto) -> None:
    boris = talk(telegram, messages=30)
    await pulls.pull(dms=True)
    boris.edit(29, "I say something else")
    boris.delete(10, 11, 30)
    boris.say("and more")
    done = await pulls.pull(dms=True)
    assert (done.report.changed, done.report.deleted, done.report.new) == (1, 3, 1)
    stored = await clean(pulls)
    assert stored[29] == "I say something else"
    assert not {10, 11} & stored.keys()
    assert stored[31] == "and more"
    assert len(stored) == 28


async def test_what_lies_further_back_than_is_read_again_stays(pulls: Pulls, telegram: MtProto) -> None:
    boris = talk(telegram, messages=520)
    await pulls.pull(dms=True)
    boris.delete(5, 25)
    assert (await pulls.pull(dms=True)).report.deleted == 1
    assert 5 in await clean(pulls)
    done = await pulls.pull(dms=True, since="2023-01-01")
    assert done.report.deleted == 1
    assert 5 not in await clean(pulls)


async def test_deletions_reach_datasets_and_the_index(pulls: Pulls, telegram: MtProto) -> None:
    boris = telegram.account.private_chat(2, "Boris", "Orlov")
    for i in range(60):
        at = BEGAN + timedelta(days=i // 6, minutes=i)
        boris.say(f"Question {i * 7919 % 1000} about {i * i} boats?", by=2, date=at)
        boris.say(f"answer {i * 104_729 % 9973} is {i**3 % 997} boats", date=at)
    await pulls.pull(dms=True)
    await pulls.world.client.grant(ConsentGrant(person="Boris Orlov", purposes=BOTH, evidence="yes"))
    dataset = await pulls.world.build(DatasetRequest(persona="ada"))
    assert dataset.state == JobState.DONE, dataset.error
    boris.delete(100)
    assert (await pulls.pull(dms=True)).report.deleted == 1
    assert (await pulls.world.client.dataset("ada-d1")).tainted
    assert not (pulls.world.settings.datasets / "ada-d1").exists()
    waiting = await pulls.world.rows("select service, payload from ingest.notices order by id")
    assert waiting == [("trainer", {"dataset": "ada-d1"}), ("retrieval", {"message_ids": ["2:100"]})]
    await deliver(pulls.world.withdrawal)
    assert (pulls.world.neighbours.tainted, pulls.world.neighbours.forgotten) == (["ada-d1"], ["2:100"])


async def test_an_export_of_the_same_chat_is_the_same_chat(pulls: Pulls, telegram: MtProto, tmp_path: Path) -> None:
    day = 1_704_067_200
    boris = talk(telegram, messages=0)
    boris.say("first", by=2)
    boris.say("second")
    exported = [message(1, 2, "first", day, name="Boris Orlov"), message(2, 1, "second", day)]
    await pulls.world.import_export(account(chat(2, *exported)), tmp_path)
    boris.say("third", by=2)
    done = await pulls.pull(dms=True)
    assert (done.report.new, done.report.changed, done.report.unchanged) == (1, 0, 2)
    assert len(await pulls.world.client.chats()) == 1


async def test_since_and_limit(pulls: Pulls, telegram: MtProto) -> None:
    boris = talk(telegram, messages=300)
    done = await pulls.pull(dms=True, limit=120)
    assert (done.report.new, min(await clean(pulls))) == (120, 181)
    for _ in range(10):
        boris.say("more")
    done = await pulls.pull(dms=True, limit=4)
    assert (done.report.new, max(await clean(pulls))) == (4, 304), "the next ones: nothing in between is left out"
    assert (await pulls.pull(dms=True)).report.new == 6
    old = talk(telegram, 3, "Cleo", messages=2)
    for number in (1, 2):
        old.messages[number].date = old.messages[number].date.replace(year=2020)
    old.say("new")
    assert (await pulls.pull(chats=["Cleo"], since="2024-01-01")).report.new == 1
    assert (await pulls.pull(chats=["Cleo"], since="2019-06-01")).report.new == 2


async def test_names_choose(pulls: Pulls, telegram: MtProto) -> None:
    for number, name in ((2, "Boris"), (3, "Boriska"), (4, "Cleo")):
        telegram.account.private_chat(number, name).say("hello")
    telegram.account.group(50, "Boat club").say("ahoi")
    for wrong, error in ((["bor"], Invalid), (["Nobody"], NotFound)):
        with pytest.raises(error):
            await pulls.ask(chats=wrong)
    with pytest.raises(NotFound):
        await pulls.ask(groups=["Cleo"])
    with pytest.raises(Invalid, match="No chat was chosen"):
        await pulls.ask()
    assert (await pulls.world.client.imports()) == []
    await pulls.pull(chats=["boris", "4"], groups=["boat"])
    assert [chat for chat, _, _ in (await pulls.state())[1]] == [2, 4, 50]
    listed = await pulls.world.client.dialogs(names=True)
    assert {(one.name, one.pulled) for one in listed} == {
        ("Boris", True), ("Boriska", False), ("Cleo", True), ("Boat club", True),
    }  # fmt: skip
    assert {one.name for one in await pulls.world.client.dialogs()} == {None}


async def test_what_messages_carry(pulls: Pulls, telegram: MtProto) -> None:
    forum = telegram.account.supergroup(77, "Harbour", forum=True, username="harbour")
    telegram.account.person(2, "Boris")
    topic = forum.happen(types.MessageActionTopicCreate("Ropes", icon_color=0), by=2)
    header = types.MessageReplyHeader(reply_to_msg_id=topic.id, forum_topic=True)
    thumbs = types.MessageReactions([types.ReactionCount(types.ReactionEmoji("👍"), 2)])
    forum.say("knots?", reply_to=header, reactions=thumbs)
    audio = types.DocumentAttributeAudio(duration=7, voice=True)
    voice = types.Document(1, 2, b"", topic.date, "audio/ogg", 900, 2, [audio])
    forum.say("", by=2, media=types.MessageMediaDocument(document=voice))
    forum.say("shared", fwd_from=types.MessageFwdHeader(date=topic.date, from_name="Somebody"))
    done = await pulls.pull(groups=["harbour"])
    assert (done.report.new, done.report.topics, done.report.service_by) == (3, 1, {"topic_created": 1})
    assert done.report.media_only == 1
    rows = await pulls.world.rows("select id, reply_to, media, forwarded, details from ingest.messages order by id")
    assert [row[:4] for row in rows] == [
        (2, 1, None, False), (3, None, "voice_message", False), (4, None, None, True),
    ]  # fmt: skip
    unsealed = [pulls.access.keys.unseal(row[4]) for row in rows if row[4]]
    assert "👍" in unsealed[0]
    assert '"duration_seconds":7' in unsealed[1]
    assert await pulls.world.rows("select type from ingest.chats") == [("public_supergroup",)]


async def test_a_supergroup_brings_the_group_that_it_was(pulls: Pulls, telegram: MtProto) -> None:
    before = telegram.account.group(50, "Boat club")
    before.say("in the old days")
    after = telegram.account.supergroup(77, "Boat club", migrated_from=50)
    before.entity.migrated_to = types.InputChannel(77, after.entity.access_hash)
    after.say("today")
    await pulls.pull(groups=["Boat club"])
    assert await clean(pulls, 77) == {1 - 1_000_000_000: "in the old days", 1: "today"}
    assert (await pulls.pull(groups=["Boat club"])).report.deleted == 0


async def test_the_address_book_names_people_in_texts(pulls: Pulls, telegram: MtProto) -> None:
    telegram.account.person(9, "Ottokar", "Zwingli")
    telegram.account.contacts.append(9)
    talk(telegram, messages=0).say("I met Ottokar Zwingli today")
    await pulls.pull(dms=True)
    assert "Zwingli" not in (await clean(pulls))[1]


async def test_a_pause_that_telegram_asks_for_is_kept_and_shown(pulls: Pulls, telegram: MtProto) -> None:
    talk(telegram, messages=150)
    telegram.troubles.floods = [0, 1, 0, 1]
    queued = await pulls.ask(dms=True)
    working = asyncio.create_task(pulls.work(queued.id))
    seen: list[Job] = []
    while not working.done():
        seen.append(await pulls.world.client.job(queued.id))
        await asyncio.sleep(0.02)
    assert "waiting 1 s because Telegram asks" in {job.detail.get("note") for job in seen}
    assert (await working).report.new == 150


async def test_a_takeout_session_or_none(pulls: Pulls, telegram: MtProto) -> None:
    talk(telegram, messages=3)
    await pulls.pull(dms=True)
    assert len(telegram.called(TAKEOUT)) == 1
    await pulls.pull(dms=True)
    assert len(telegram.called(TAKEOUT)) == 1, "only for what was never pulled"
    telegram.state.takeout_allowed = False
    talk(telegram, 3, "Cleo", messages=3)
    queued = await pulls.ask(chats=["Cleo"])
    assert (await pulls.work(queued.id)).report.new == 3
    assert len(telegram.called(TAKEOUT)) == 2


async def test_a_takeout_session_that_ends_in_the_middle(pulls: Pulls, telegram: MtProto) -> None:
    talk(telegram, messages=250)
    telegram.troubles.hold_after = 1
    queued = await pulls.ask(dms=True)
    working = asyncio.create_task(pulls.work(queued.id))
    await asyncio.to_thread(telegram.troubles.held.wait, 30)
    telegram.state.takeouts.clear()
    telegram.troubles.let_go()
    assert (await working).report.new == 250


async def test_a_login_that_telegram_ends(pulls: Pulls, telegram: MtProto) -> None:
    boris = talk(telegram, messages=5)
    await pulls.pull(dms=True)
    boris.say("unread")
    before = await pulls.state()
    queued = await pulls.ask(dms=True)
    telegram.account.revoke()
    failed = await pulls.work(queued.id)
    assert (failed.state, failed.error) == (
        JobState.FAILED,
        "Telegram has ended this login. Log in again: anselm login",
    )
    with pytest.raises(Conflict, match="has ended this login"):
        await pulls.ask(dms=True)
    assert await pulls.state() == before, "and the cursor stands"
    await pulls.world.client.logout()
    await pulls.log_in()
    assert (await pulls.pull(dms=True)).report.new == 1


async def test_a_key_that_telegram_has_forgotten(pulls: Pulls, telegram: MtProto) -> None:
    telegram.forget_keys()
    with pytest.raises(Conflict, match="has ended this login"):
        await pulls.ask(dms=True)


async def test_a_line_that_is_hung_up_at_once(pulls: Pulls, telegram: MtProto, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "PATIENCE", 0.5)
    telegram.troubles.slams = True
    with pytest.raises(Unavailable, match="Telegram does not answer"):
        await pulls.ask(dms=True)


async def test_a_network_that_is_cut(pulls: Pulls, telegram: MtProto) -> None:
    boris = talk(telegram, messages=500)
    await pulls.pull(dms=True, limit=100)
    for _ in range(300):
        boris.say("more")
    telegram.troubles.cut_after = 2
    queued = await pulls.ask(dms=True)
    with pytest.raises(Unavailable, match="Telegram does not answer"):
        await pulls.work(queued.id)
    job = await pulls.world.client.job(queued.id)
    assert job.detail["note"] == "Telegram does not answer. Trying again."
    assert await pulls.world.rows("select pulled_to from ingest.chats") == [(500,)], "the cursor stands"
    fetched = len((pulls.world.settings.uploads / queued.id / "pull.jsonl").read_bytes().splitlines())
    telegram.come_back()
    telegram.requests.clear()
    done = await pulls.work(queued.id)
    assert (done.state, done.report.new) == (JobState.DONE, 300)
    assert fetched >= 3
    assert min(pulls.asked_above()) > 400, "what was fetched is not fetched again"


async def test_another_account_does_not_get_the_pull_of_the_first(pulls: Pulls, telegram: MtProto) -> None:
    talk(telegram, messages=5)
    queued = await pulls.ask(dms=True)
    telegram.account.user.id = 99
    failed = await pulls.work(queued.id)
    assert failed.state == JobState.FAILED
    assert "Another account" in (failed.error or "")


async def test_history_is_asked_for_a_page_at_a_time(pulls: Pulls, telegram: MtProto) -> None:
    talk(telegram, messages=205)
    await pulls.pull(dms=True)
    assert {request.limit for request in telegram.called(HISTORY)} == {100}
    assert pulls.asked_above() == [0, 100, 200, 205]
